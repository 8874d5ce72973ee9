//! Does nothing. With a build script the build dependencies of Cargo.toml count, and with them a feature that keeps Polars one for
//! the builds with and without `cluster`.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
}
