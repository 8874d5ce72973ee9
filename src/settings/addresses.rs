//! Addresses of engines, and URLs of what they read: what is one, and what of it may be told.
//!
//! In: texts of settings. Out: whether they are sound. A token is no part of any setting: it stands in the environment or in a file of
//! its own, and is never told.

use std::path::{Component, Path};

use crate::environment::ENGINE_TOKEN;
use crate::extracts::remote::TAKEN_OTHERWISE;

/// What the setting `engine` is where the extracts are read here.
pub(super) const LOCAL: &str = "local";

/// Whether a path is a URL, which is told to an engine as it is.
pub(super) fn is_url(path: &str) -> bool {
    path.split_once("://").is_some_and(|(scheme, rest)| {
        let is_of_scheme = |letter: char| letter.is_ascii_alphanumeric() || "+-.".contains(letter);
        scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && scheme.chars().all(is_of_scheme)
            && !rest.is_empty()
    })
}

/// Whether engines read what lies at a URL as it is written.
pub(super) fn is_read_by_engines(url: &str) -> bool {
    let rest = url.split_once("://").filter(|_| is_url(url)).map(|(_, rest)| rest);
    rest.is_some_and(|rest| {
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let has_password = authority.split_once('@').is_some_and(|(user, _)| user.contains(':'));
        !has_password && !authority.contains(['*', '?']) && !path.contains(TAKEN_OTHERWISE)
    })
}

/// Whether a folder lies below another one, by names that are no patterns.
pub(super) fn is_below(folder: &Path) -> bool {
    let is_plain = folder.to_str().is_some_and(|text| !text.contains(TAKEN_OTHERWISE));
    is_plain && folder.components().all(|part| matches!(part, Component::Normal(_)))
}

/// Whether a text is that of the setting `engine`: our own, or an address without a secret in it.
pub(super) fn accepts(text: &str) -> bool {
    text == LOCAL || !has_secret(text) && is_address(text)
}

fn is_address(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("sc://") else { return false };
    let (place, named) = rest.split_once('/').unwrap_or((rest, ""));
    let Some((host, port)) = place.rsplit_once(':') else { return false };
    let is_host = !host.is_empty() && !host.contains(|letter: char| letter.is_whitespace() || "@;/?#".contains(letter));
    let is_pair = |pair: &str| pair.split_once('=').is_some_and(|(name, _)| !name.is_empty());
    let is_named = named.is_empty() || named.strip_prefix(';').is_some_and(|pairs| pairs.split(';').all(is_pair));
    is_host && port.parse::<u16>().is_ok_and(|port| port > 0) && is_named
}

/// What names of secrets hold: whatever has another name is sent as a header, and told.
const OF_SECRETS: [&str; 9] =
    ["token", "auth", "password", "passwd", "secret", "key", "credential", "cookie", "signature"];

/// Whether there may be a secret in an address.
fn has_secret(text: &str) -> bool {
    let named = text.split(';').skip(1).filter_map(|pair| pair.split('=').next());
    let mut named = named.map(|name| name.trim().to_ascii_lowercase());
    text.contains('@') || named.any(|name| OF_SECRETS.iter().any(|word| name.contains(word)))
}

/// An address that is refused, as it may be told.
pub(super) fn told(text: &str) -> &str {
    if has_secret(text) { "…" } else { text }
}

/// What to do about an address that is refused.
pub(super) fn advice(text: &str) -> String {
    if has_secret(text) {
        let variable = ENGINE_TOKEN.name;
        return format!(
            "take the secret out: a token stands in {variable} or in the file that engine_token_file names"
        );
    }
    "correct the value".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_the_protocol_without_a_secret() {
        for text in
            ["local", "sc://localhost:15002", "sc://10.0.0.1:15002/", "sc://[::1]:443/;use_ssl=true;user_id=job"]
        {
            assert!(accepts(text), "{text}");
        }
        for text in [
            "spark",
            "spark://host:7077",
            "sc://host",
            "sc://:15002",
            "sc://host:0",
            "sc://host:70000",
            "sc://host:1/x",
            "sc://host:1/;use_ssl",
            "sc://host:1;use_ssl=true",
        ] {
            assert!(!accepts(text), "{text}");
            assert_eq!((told(text), advice(text).as_str()), (text, "correct the value"));
        }
        for text in [
            "sc://host:1/;token=s3cret",
            "sc://me:s3cret@host:1",
            "sc://host:1/;x-Authorization=s3cret",
            "sc://host;token=s3cret",
            "sc://host:1/;use_ssl=true;X-API-Key=s3cret",
            "sc://host:1/;Cookie=s3cret",
            "sc://host:1/;client_secret=s3cret",
        ] {
            assert!(!accepts(text), "{text}");
            assert!(!told(text).contains("s3cret"));
            assert!(advice(text).contains("SPARK_CONNECT_AUTHENTICATE_TOKEN"));
        }
    }

    #[test]
    fn a_url_has_a_scheme_and_folders_of_tables_lie_below_it() {
        for (path, expected) in [
            ("s3a://bucket/x", true),
            ("file:///data/x", true),
            ("hdfs://host/x", true),
            ("sample_data", false),
            ("/data/x", false),
            ("s3a://", false),
            ("://x", false),
            ("a b://x", false),
        ] {
            assert_eq!(is_url(path), expected, "{path}");
        }
        for (url, expected) in [
            ("s3a://bucket/x", true),
            ("hdfs://host:8020/x", true),
            ("abfss://data@account/x", true),
            ("s3a://key:s3cret@bucket/x", false),
            ("s3a://bucket/x*", false),
            ("s3a://bucket/a:b", false),
            ("sample_data", false),
        ] {
            assert_eq!(is_read_by_engines(url), expected, "{url}");
        }
        for (folder, expected) in
            [("pay", true), ("trade/pay", true), ("/pay", false), ("../pay", false), ("p*", false), ("s3a://b", false)]
        {
            assert_eq!(is_below(Path::new(folder)), expected, "{folder}");
        }
    }
}
