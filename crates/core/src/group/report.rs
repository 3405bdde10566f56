//! Groups as they are written.

use std::fmt::{self, Write as _};

use serde::Serialize;

use super::page::StoryPage;
use super::passages::CopiedShare;

/// The most passages shown per group in text. JSON has all of them.
const MAX_SHOWN_PASSAGES: usize = 5;

/// The most characters shown per passage in text.
const MAX_SHOWN_CHARS: usize = 200;

/// One story on several pages.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StoryGroup {
    /// The number of the group, from 1.
    pub group: usize,
    /// The title of the first member that has one.
    pub title: Option<String>,
    /// The mean similarity of its members, in [0, 1].
    pub similarity: f64,
    /// Its pages, earliest first: by date, then by time of fetching, then in the order of the input. Those without a date
    /// come last.
    pub members: Vec<GroupMember>,
    /// The passages that several of them have, the longest and most widely shared first.
    pub passages: Vec<GroupPassage>,
}

/// A page of a group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupMember {
    /// Where the record came from.
    pub source: String,
    /// Its URL.
    pub url: Option<String>,
    /// The host of the URL.
    pub hostname: Option<String>,
    /// Its headline.
    pub title: Option<String>,
    /// The date of publication, `YYYY-MM-DD`.
    pub date: Option<String>,
    /// When it was fetched, RFC 3339.
    pub fetched_at: Option<String>,
    /// The number of words of its text.
    pub words: usize,
    /// The mean similarity to the other members, in [0, 1].
    pub similarity: f64,
    /// The share of its words in sentences that earlier members have too, in [0, 1].
    pub copied: f64,
    /// The position of the member that had most of these sentences first.
    pub copied_from: Option<usize>,
}

/// A passage that several members have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GroupPassage {
    /// The passage, as the first one has it.
    pub text: String,
    /// The number of its words.
    pub words: usize,
    /// The position of the member that has it first.
    pub first: usize,
    /// The positions of all members that have it, in ascending order.
    pub members: Vec<usize>,
}

impl StoryGroup {
    pub(super) fn new(
        group: usize,
        similarity: f64,
        members: Vec<GroupMember>,
        passages: Vec<GroupPassage>,
    ) -> Self {
        let title = members.iter().find_map(|member| member.title.clone());
        Self { group, title, similarity: rounded(similarity), members, passages }
    }

    /// As one line of JSON.
    pub fn to_json(&self) -> Vec<u8> {
        let mut line = serde_json::to_vec(self).unwrap_or_default();
        line.push(b'\n');
        line
    }
}

impl GroupMember {
    pub(super) fn new(page: StoryPage, copied: &CopiedShare, similarity: f64) -> Self {
        let StoryPage { source, url, hostname, title, date, fetched_at, .. } = page;
        let share = copied.repeated as f64 / copied.words.max(1) as f64;
        let (similarity, words) = (rounded(similarity), copied.words);
        let (copied, copied_from) = (rounded(share), copied.from);
        Self {
            source,
            url,
            hostname,
            title,
            date,
            fetched_at,
            words,
            similarity,
            copied,
            copied_from,
        }
    }

    fn outlet(&self) -> &str {
        self.hostname.as_deref().or(self.url.as_deref()).unwrap_or(&self.source)
    }
}

/// Rounds to three decimals: more would only be noise in a diff.
fn rounded(share: f64) -> f64 {
    (share * 1000.0).round() / 1000.0
}

/// For people: one line per member, then the passages.
impl fmt::Display for StoryGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = self.title.as_deref().unwrap_or("untitled");
        writeln!(f, "{}. {title}", self.group)?;
        let width = self.members.iter().map(|member| member.outlet().chars().count()).max();
        let width = width.unwrap_or(0).min(40);
        for (at, member) in self.members.iter().enumerate() {
            let moment = member.fetched_at.as_deref().filter(|_| member.date.is_none());
            let moment = member.date.as_deref().or(moment).unwrap_or("no date");
            let moment: String = moment.chars().take(10).collect();
            let title = member.title.as_deref().unwrap_or("untitled");
            write!(f, "   {}  {moment:<10}  {:<width$}  {title}", at + 1, member.outlet())?;
            match member.copied_from {
                Some(from) if member.copied >= 0.01 => {
                    writeln!(f, " ({:.0}% from {})", member.copied * 100.0, from + 1)?;
                }
                _ => writeln!(f)?,
            }
        }
        for passage in self.passages.iter().take(MAX_SHOWN_PASSAGES) {
            let mut numbers = String::new();
            for member in &passage.members {
                write!(numbers, "{}{}", if numbers.is_empty() { "" } else { " " }, member + 1)?;
            }
            let flat = passage.text.split_whitespace().collect::<Vec<_>>().join(" ");
            let shown: String = flat.chars().take(MAX_SHOWN_CHARS).collect();
            let more = if shown.len() < flat.len() { " ..." } else { "" };
            writeln!(f, "   [{numbers}] {}{more}", shown.trim_end())?;
        }
        match self.passages.len().saturating_sub(MAX_SHOWN_PASSAGES) {
            0 => Ok(()),
            more => writeln!(f, "   and {more} more in common"),
        }
    }
}
