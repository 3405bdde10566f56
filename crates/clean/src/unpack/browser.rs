//! What text browsers (lynx, w3m, links) write in place of buttons, fields, images and frames.

use memchr::memmem;

use super::{MAX_SET_ASIDE, TextForm, Unpacked, aside};
use crate::ClutterClass;
use crate::segment::SetAsideText;

/// What text browsers write.
const SIGNS: [&str; 6] = ["(BUTTON)", "[INS:", "[DEL:", "\n   IFRAME:", "[    ", " ______"];
/// The fewest of them in the output of a text browser. One could be a quotation.
const MIN_SIGNS: usize = 2;
/// The fewest consecutive entries of a list of links.
const MIN_LINKS: usize = 2;

/// A text without the numbers of links (`[12]ferry`) and without the list of their targets at the end.
pub(super) fn without_link_numbers(
    text: &str,
    set_aside: &mut Vec<SetAsideText>,
) -> Option<Unpacked> {
    // The list is at the end, and most texts end with something else.
    let last = text.rsplit('\n').find(|line| !line.trim().is_empty())?;
    if link_entry(last).is_none() && !is_list_heading(last) {
        return None;
    }
    let lines: Vec<&str> = text.split('\n').collect();
    let start = target_list(&lines)?;
    let highest = lines.get(start..)?.iter().rev().find_map(|line| link_entry(line))?;
    let mut out = String::with_capacity(text.len());
    let mut changes = 0;
    for (number, line) in lines.iter().enumerate() {
        if number > 0 {
            out.push('\n');
        }
        if number < start {
            changes += push_without_numbers(line, highest, &mut out);
        } else if !line.trim().is_empty() {
            changes += 1;
            if set_aside.len() >= MAX_SET_ASIDE {
                out.push_str(line);
            } else {
                set_aside.push(aside(ClutterClass::Other, "unpack/link-list", number, line));
            }
        }
    }
    Some(Unpacked { text: out, form: TextForm::LinkNumbers, changes })
}

/// Whether a line is the heading of a list of links.
fn is_list_heading(line: &str) -> bool {
    matches!(
        line.trim(),
        "References" | "Visible links" | "Visible links:" | "Hidden links:" | "Links:"
    )
}

/// The line where the list of links at the end begins, with its heading.
fn target_list(lines: &[&str]) -> Option<usize> {
    let mut first = lines.len();
    let mut entries = 0;
    for (index, line) in lines.iter().enumerate().rev() {
        if link_entry(line).is_some() {
            entries += 1;
            first = index;
        } else if is_list_heading(line) {
            first = index;
        } else if !line.trim().is_empty() {
            break;
        }
    }
    (entries >= MIN_LINKS && lines.get(first).is_some_and(|line| is_list_heading(line)))
        .then_some(first)
}

/// The number of an entry such as `  12. https://a.example`.
fn link_entry(line: &str) -> Option<usize> {
    let (number, target) = line.trim().split_once(['.', ']'])?;
    let target = target.trim();
    let is_target = !target.contains(' ')
        && (target.contains("://")
            || target.starts_with("mailto:")
            || target.starts_with("javascript:"));
    if is_target { number.trim_start_matches('[').parse().ok() } else { None }
}

fn push_without_numbers(line: &str, highest: usize, out: &mut String) -> usize {
    let (mut rest, mut changes) = (line, 0);
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        let marker = after.split_once(']').filter(|(digits, _)| {
            digits.len() <= 5 && digits.parse().is_ok_and(|number| (1..=highest).contains(&number))
        });
        if let Some((_, after)) = marker {
            changes += 1;
            rest = after;
        } else {
            out.push('[');
            rest = after;
        }
    }
    out.push_str(rest);
    changes
}

/// A text without buttons, fields, frames and names of image files.
pub(super) fn without_signs(text: &str, set_aside: &mut Vec<SetAsideText>) -> Option<Unpacked> {
    let count = |sign: &str| memmem::find_iter(text.as_bytes(), sign.as_bytes()).count();
    let signs: usize = SIGNS.iter().map(|sign| count(sign)).sum();
    if signs < MIN_SIGNS {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut changes = 0;
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let is_full = set_aside.len() >= MAX_SET_ASIDE;
        if line.trim_start().starts_with("IFRAME:") && !is_full {
            changes += 1;
            set_aside.push(aside(ClutterClass::Other, "unpack/frame", number, line));
            continue;
        }
        changes += push_without_signs(line, number, set_aside, &mut out);
    }
    (changes > 0).then_some(Unpacked { text: out, form: TextForm::BrowserSigns, changes })
}

fn push_without_signs(
    line: &str,
    number: usize,
    set_aside: &mut Vec<SetAsideText>,
    out: &mut String,
) -> usize {
    let (mut rest, mut changes) = (line, 0);
    while let Some(at) = rest.find(['(', '[', '_', ':']) {
        let (before, sign) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let Some(length) = sign_length(sign) else {
            let next = sign.chars().next().map_or(0, char::len_utf8);
            out.push_str(sign.get(..next).unwrap_or_default());
            rest = sign.get(next..).unwrap_or_default();
            continue;
        };
        let (own, after) = sign.split_at_checked(length).unwrap_or((sign, ""));
        let is_image = own.starts_with('[') && own.chars().any(char::is_alphanumeric);
        if is_image && !own.starts_with("[INS:") && !own.starts_with("[DEL:") {
            if set_aside.len() >= MAX_SET_ASIDE {
                out.push_str(own);
            } else {
                set_aside.push(aside(ClutterClass::Caption, "unpack/image-name", number, own));
            }
        }
        changes += usize::from(!own.starts_with(':'));
        rest = after;
    }
    out.push_str(rest);
    changes
}

/// The length of a sign at the beginning of a text.
fn sign_length(text: &str) -> Option<usize> {
    for sign in ["(BUTTON)", "[INS:", ":INS]", "[DEL:", ":DEL]"] {
        if text.starts_with(sign) {
            return Some(sign.len());
        }
    }
    if text.starts_with('_') {
        let run = text.len() - text.trim_start_matches('_').len();
        return (run >= 5).then_some(run);
    }
    let inside = text.strip_prefix('[')?;
    let near = inside.get(..inside.floor_char_boundary(120))?;
    let (name, _) = near.split_once(']')?;
    let is_field = name.len() >= 3 && name.chars().all(|c| c == ' ');
    let is_image = [".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp"]
        .iter()
        .any(|suffix| name.ends_with(suffix))
        && !name.contains(' ');
    (is_field || is_image).then_some(name.len() + 2)
}

/// A text without the lines of drawn tables and rules. Cells are parted as in other tables.
pub(super) fn without_drawn_tables(text: &str) -> Option<Unpacked> {
    // The characters of [`is_line_sign`] begin with one of these.
    if memmem::find(text.as_bytes(), b"\xe2\x94").is_none()
        && memmem::find(text.as_bytes(), b"\xe2\x95").is_none()
    {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut changes = 0;
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let trimmed = line.trim();
        let is_rule = trimmed.chars().filter(|c| !c.is_whitespace()).all(is_line_sign);
        let is_row = trimmed.starts_with(['│', '┃', '║']) && trimmed.ends_with(['│', '┃', '║']);
        if is_rule && trimmed.chars().count() >= 3 {
            changes += 1;
        } else if is_row {
            changes += 1;
            let cells =
                trimmed.split(['│', '┃', '║']).map(str::trim).filter(|cell| !cell.is_empty());
            out.push_str(&cells.collect::<Vec<_>>().join(" | "));
        } else {
            out.push_str(line);
        }
    }
    (changes > 0).then_some(Unpacked { text: out, form: TextForm::DrawnTables, changes })
}

fn is_line_sign(c: char) -> bool {
    ('\u{2500}'..='\u{257f}').contains(&c)
}
