//! Serves a generated web to crawl on loopback, until it is killed:
//!
//!     cargo run -p copydesk-crawl --example crawl_site -- [ARTICLES [HOSTS [PORT]]]
//!
//! By default 10,000 articles on 200 hosts. It prints a jobs file that crawls them. On any host it serves
//! `/__control/truth` (what a crawl must deliver), `/__control/requests` (the requests so far), `/__control/forget`
//! (clears the requests) and `/__control/next` (from now on, some articles are changed or gone).

use std::error::Error;
use std::io::Write as _;

use copydesk_testkit::web::{TestWeb, WebSize};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: usize| -> Result<usize, std::num::ParseIntError> {
        arguments.next().map_or(Ok(default), |argument| argument.parse())
    };
    let extent = WebSize { articles: number(10_000)?, hosts: number(200)? };
    let web = TestWeb::start(extent, u16::try_from(number(0)?)?)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", web.jobs_file(""))?;
    out.flush()?;
    loop {
        std::thread::park();
    }
}
