//! The command line: parse, run, print what went wrong once, end with its exit code.

fn main() {}
