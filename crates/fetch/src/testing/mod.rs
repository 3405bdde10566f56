//! What tests share.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

pub(crate) mod http2;
pub(crate) mod name_server;
pub(crate) mod script;
pub(crate) mod server;
pub(crate) mod site;

/// Reads the head of a request, to the empty line.
pub(crate) async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8(head).unwrap())
}
