//! Uses a server until it is killed: the other process in the tests of this crate.
//!
//! usage: migrate-test-hold postgres|mariadb shared|private

use migrate_test_support::{MARIADB, POSTGRES};
use std::io::Write;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [product, manner] = &words[..] else { panic!("usage: postgres|mariadb shared|private") };
    let product = if product == "postgres" { &POSTGRES } else { &MARIADB };
    let private;
    let server = if manner == "shared" {
        product.shared()
    } else {
        private = product.private(&[]);
        private.as_ref()
    };
    let Some(server) = server else { return };
    println!("{} {} {}", server.port(), server.socket().display(), server.folder().display());
    std::io::stdout().flush().expect("the parent reads");
    loop {
        std::thread::park();
    }
}
