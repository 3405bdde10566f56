//! A server that says what a test gives it, and remembers what it was asked.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// An answer.
#[derive(Clone, Debug)]
pub(in crate::run) struct Answer {
    status: u16,
    headers: String,
    body: String,
}

impl Answer {
    pub(in crate::run) fn status(status: u16) -> Self {
        Self { status, headers: String::new(), body: String::new() }
    }

    pub(in crate::run) fn of(content_type: &str, body: impl Into<String>) -> Self {
        Self { body: body.into(), ..Self::status(200).header("Content-Type", content_type) }
    }

    pub(in crate::run) fn html(body: impl Into<String>) -> Self {
        Self::of("text/html; charset=utf-8", body)
    }

    /// A page with an article of this text, and links.
    pub(in crate::run) fn article(title: &str, text: &str, links: &[&str]) -> Self {
        let items = links.iter().map(|link| format!("<li><a href=\"{link}\">{link}</a></li>"));
        let links = items.collect::<Vec<_>>().concat();
        Self::html(format!(
            "<!doctype html><html lang=\"en\"><head><title>{title}</title></head><body>\
             <nav><ul>{links}</ul></nav><article><h1>{title}</h1><p>{text}</p>\
             <p>The harbour office of {title} keeps the log in which all of this is written down, and \
             whoever asks at the window may read it between nine and noon.</p></article></body></html>"
        ))
    }

    pub(in crate::run) fn redirect(to: &str) -> Self {
        Self::status(301).header("Location", to)
    }

    pub(in crate::run) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers += &[name, ": ", value, "\r\n"].concat();
        self
    }
}

type Answers = Arc<Mutex<BTreeMap<String, Answer>>>;

/// The server. It lives as long as the test's process.
pub(in crate::run) struct Site {
    address: SocketAddr,
    answers: Answers,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    pub(in crate::run) fn start<'a>(answers: impl IntoIterator<Item = (&'a str, Answer)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answers = answers.into_iter().map(|(path, answer)| (path.to_owned(), answer)).collect();
        let answers: Answers = Arc::new(Mutex::new(answers));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (known, seen) = (Arc::clone(&answers), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (known, seen) = (Arc::clone(&known), Arc::clone(&seen));
                thread::spawn(move || serve(stream, &known, &seen));
            }
        });
        Self { address, answers, asked }
    }

    pub(in crate::run) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(in crate::run) fn set(&self, path: &str, answer: Answer) {
        self.answers.lock().unwrap().insert(path.to_owned(), answer);
    }

    /// What was asked for since this was called last: paths with the status that was answered, sorted.
    pub(in crate::run) fn asked(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.sort();
        asked
    }
}

fn serve(mut stream: TcpStream, known: &Answers, seen: &Mutex<Vec<String>>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap());
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if lines.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let answer = known.lock().unwrap().get(&path).cloned();
        let mut answer = answer.unwrap_or_else(|| Answer::status(404));
        let etag = answer.headers.lines().find_map(|line| line.strip_prefix("ETag: "));
        if etag.is_some_and(|etag| head.to_lowercase().contains(&format!("if-none-match: {etag}")))
        {
            answer = Answer::status(304);
        }
        seen.lock().unwrap().push(format!("{path} {}", answer.status));
        let Answer { status, headers, body } = answer;
        let length = body.len();
        let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n{headers}\r\n");
        if stream
            .write_all(head.as_bytes())
            .and_then(|()| stream.write_all(body.as_bytes()))
            .is_err()
        {
            return;
        }
    }
}
