//! Files and verdicts, from tables.

use super::{RobotsRule, RobotsRules, RobotsTxt};

/// Goes through a table; gives back how many verdicts it has.
fn check(table: &str) -> usize {
    let mut name = "";
    let mut body = String::new();
    let mut rules: Option<RobotsRules> = None;
    let mut count = 0;
    for line in table.lines() {
        if let Some(text) = line.strip_prefix("##") {
            name = text;
            body.clear();
        } else if let Some(text) = line.strip_prefix('|') {
            body.push_str(&unescaped(text.strip_prefix(' ').unwrap_or(text)));
            body.push('\n');
        } else if let Some(agent) = line.strip_prefix('@') {
            rules = Some(RobotsTxt::parse(body.as_bytes()).rules(agent.trim()));
        } else if line.starts_with(['+', '-']) {
            let (verdict, path) = line.split_once(' ').unwrap_or((line, ""));
            let decision = rules.as_ref().expect("an agent").decide(path);
            let sign = if decision.allowed { "+" } else { "-" };
            let number = decision.rule.map_or(String::new(), |rule| rule.line().to_string());
            assert_eq!(format!("{sign}{number}"), verdict, "{path} in{name}");
            assert_eq!(decision.rule.is_none_or(RobotsRule::allows), decision.allowed);
            count += 1;
        }
    }
    count
}

fn unescaped(text: &str) -> String {
    text.replace("\\t", "\t").replace("\\r", "\r").replace("\\0", "\0").replace("\\s", " ")
}

#[test]
fn what_googles_tests_check() {
    assert_eq!(check(include_str!("google.txt")), 135);
}

#[test]
fn own_cases() {
    assert_eq!(check(include_str!("cases.txt")), 318);
}

#[test]
fn long_lines_are_cut_off() {
    let kept = 16_663 - "disallow: ".len();
    let path = format!("/{}", "a".repeat(kept - 1));
    let body = format!("user-agent: press\ndisallow: {path}/more\n");
    let rules = RobotsTxt::parse(body.as_bytes()).rules("press");
    assert!(rules.decide("/other").allowed);
    assert!(rules.decide(&format!("/{}", "a".repeat(kept - 2))).allowed);
    assert!(!rules.decide(&path).allowed);
    assert!(!rules.decide(&format!("{path}/less")).allowed);
}
