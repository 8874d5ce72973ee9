//! Where the server is: Spark's connection string (`sc://host:port/;use_ssl=true;token=…`) taken apart.

use std::fmt;
use std::net::IpAddr;

use percent_encoding::percent_decode_str;

use super::failed::{Failed, Kind};

/// The port of a server whose address names none.
const USUAL_PORT: u16 = 15002;
/// The user of a session whose address names none.
const USUAL_USER: &str = "shopscore";

/// A server as the settings name it.
pub(crate) struct Server {
    /// `sc://host:port/;use_ssl=true;token=…;user_id=…`; names it does not know become headers of each call.
    pub(crate) url: String,
    /// The bearer token; instead of that of the address.
    pub(crate) token: Option<String>,
    /// The only authorities to trust, as PEM; without them those of the web.
    pub(crate) ca_pem: Option<Vec<u8>>,
}

/// What the connection string says.
pub(super) struct Address {
    /// With brackets where it is an IPv6 address.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) is_encrypted: bool,
    pub(super) token: Option<String>,
    pub(super) user: String,
    pub(super) headers: Vec<(String, String)>,
}

impl fmt::Debug for Server {
    /// Without the address's parameters: a token may be among them.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.url.split(';').next().unwrap_or_default();
        formatter.debug_struct("Server").field("url", &shown).finish_non_exhaustive()
    }
}

impl Address {
    /// Takes apart what the settings say; refuses a token that would travel in plain text.
    pub(super) fn of(server: &Server) -> Result<Self, Failed> {
        let Some(rest) = server.url.strip_prefix("sc://") else {
            return Err(unusable("it does not begin with sc://"));
        };
        let (place, parameters) = rest.split_once('/').unwrap_or((rest, ""));
        let (host, port) = host_and_port(place)?;
        let mut encryption = None;
        let mut address =
            Self { host, port, is_encrypted: false, token: None, user: USUAL_USER.to_owned(), headers: Vec::new() };
        for parameter in parameters.split(';').filter(|parameter| !parameter.is_empty()) {
            let (name, value) = pair(parameter)?;
            match name {
                "use_ssl" => encryption = Some(truth(&value)?),
                "token" => address.token = Some(value),
                "user_id" => address.user = value,
                "session_id" => return Err(unusable("it names a session_id; each run has a session of its own")),
                // We name ourselves.
                "user_agent" => {}
                other => address.headers.push((other.to_ascii_lowercase(), value)),
            }
        }
        address.token = server.token.clone().or(address.token);
        address.settle_encryption(encryption, server.ca_pem.is_some())?;
        Ok(address)
    }

    /// Encrypted where it says so, where authorities are given, and where a token leaves this machine.
    fn settle_encryption(&mut self, asked: Option<bool>, has_authorities: bool) -> Result<(), Failed> {
        let must = self.token.is_some() && !self.is_loopback();
        self.is_encrypted = asked.unwrap_or(must || has_authorities);
        if must && !self.is_encrypted {
            return Err(unusable("it has a token and use_ssl=false; a token is sent in plain text on loopback only"));
        }
        if has_authorities && !self.is_encrypted {
            return Err(unusable("it says use_ssl=false, and certificates of authorities are given"));
        }
        Ok(())
    }

    fn is_loopback(&self) -> bool {
        let bare = self.host.trim_matches(['[', ']']);
        bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// What the transport connects to.
    pub(super) fn uri(&self) -> String {
        let scheme = if self.is_encrypted { "https" } else { "http" };
        format!("{scheme}://{}:{}", self.host, self.port)
    }
}

fn host_and_port(place: &str) -> Result<(String, u16), Failed> {
    let after_host = place.rfind(']').map_or(0, |end| end + 1);
    let (host, port) = match place.get(after_host..).and_then(|rest| rest.rfind(':')) {
        Some(colon) => place.split_at(after_host + colon),
        None => (place, ""),
    };
    if host.is_empty() || host.contains('@') {
        return Err(unusable("it names no host"));
    }
    let port = match port.strip_prefix(':') {
        Some(digits) => digits.parse().map_err(|_| unusable("its port is no number from 0 to 65535"))?,
        None => USUAL_PORT,
    };
    Ok((host.to_owned(), port))
}

fn pair(parameter: &str) -> Result<(&str, String), Failed> {
    let (name, value) = parameter.split_once('=').ok_or_else(|| unusable("a parameter of it has no ="))?;
    let value = percent_decode_str(value).decode_utf8().map_err(|_| unusable("a parameter of it is no UTF-8"))?;
    Ok((name, value.into_owned()))
}

fn truth(value: &str) -> Result<bool, Failed> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(unusable("use_ssl is neither true nor false")),
    }
}

/// Without the address itself: a token may be in it.
fn unusable(why: &str) -> Failed {
    Failed::new(Kind::Setting, format!("the server's address is not usable: {why} (wanted sc://host:port/;name=value)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(url: &str, token: Option<&str>) -> Result<Address, Failed> {
        Address::of(&Server { url: url.to_owned(), token: token.map(str::to_owned), ca_pem: None })
    }

    #[test]
    fn parameters_are_taken_apart() {
        let address = address("sc://host:7/;use_ssl=true;token=a%3Db;user_id=me;X-Cluster=c", None).unwrap();
        assert_eq!(address.uri(), "https://host:7");
        assert_eq!((address.token.as_deref(), address.user.as_str()), (Some("a=b"), "me"));
        assert_eq!(address.headers, [("x-cluster".to_owned(), "c".to_owned())]);
    }

    #[test]
    fn hosts_with_and_without_a_port() {
        for (url, uri) in
            [("sc://h", "http://h:15002"), ("sc://[::1]/", "http://[::1]:15002"), ("sc://[::1]:9", "http://[::1]:9")]
        {
            assert_eq!(address(url, None).unwrap().uri(), uri);
        }
        for url in ["http://h", "sc://", "sc://h:x", "sc://h:70000", "sc://me@h", "sc://h/;token", "sc://h/;use_ssl=1"]
        {
            assert_eq!(address(url, None).err().map(|failed| failed.kind), Some(Kind::Setting), "{url}");
        }
    }

    #[test]
    fn a_token_leaves_this_machine_only_encrypted() {
        assert!(address("sc://far", Some("t")).unwrap().is_encrypted);
        assert!(!address("sc://127.0.0.1", Some("t")).unwrap().is_encrypted);
        assert!(!address("sc://[::1]:5", Some("t")).unwrap().is_encrypted);
        assert!(address("sc://far/;use_ssl=false", Some("t")).is_err());
    }

    #[test]
    fn a_token_is_never_shown() {
        let server = Server { url: "sc://h/;token=secret".to_owned(), token: Some("secret".to_owned()), ca_pem: None };
        assert!(!format!("{server:?}").contains("secret"));
        let failed = address("sc://far/;use_ssl=false;token=secret", None).err().unwrap();
        assert!(!format!("{failed:?} {failed}").contains("secret"));
    }
}
