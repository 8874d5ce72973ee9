//! `shopscore sample`: write extracts of a made-up marketplace.
