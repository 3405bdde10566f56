//! Sites of many pages, each with the text that is wanted of it.

use super::modules::{BLOG, DOCS, FORUM, NEWS, SHOP, SiteModules};
use super::prose::{date, filled, headline, name, paragraph, sentence};
use crate::random::SeededRandom;

/// The kinds of sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteTemplate {
    News,
    Blog,
    Docs,
    Shop,
    Forum,
}

impl SiteTemplate {
    pub const ALL: [Self; 5] = [Self::News, Self::Blog, Self::Docs, Self::Shop, Self::Forum];

    fn modules(self) -> &'static SiteModules {
        match self {
            Self::News => &NEWS,
            Self::Blog => &BLOG,
            Self::Docs => &DOCS,
            Self::Shop => &SHOP,
            Self::Forum => &FORUM,
        }
    }
}

/// A page and what is wanted of it.
#[derive(Clone, Debug)]
pub struct SitePage {
    pub url: String,
    pub html: String,
    pub text: String,
    /// A passage in it that other pages have too, and that must stay.
    pub shared: Option<String>,
}

/// A block that is under construction: its markup, and whether it is wanted.
struct SitePart {
    html: String,
    text: Option<String>,
}

impl SitePart {
    fn wanted(tag: &str, text: &str) -> Self {
        Self { html: format!("<{tag}>{text}</{tag}>\n"), text: Some(text.to_owned()) }
    }

    fn clutter(tag: &str, text: &str) -> Self {
        Self { html: format!("<{tag}>{text}</{tag}>\n"), text: None }
    }
}

/// A site of `count` pages. The clutter stands in the same elements as the text, without class names,
/// and makes up a third of the words; numbers, dates and names in it change from page to page. A third
/// of the pages have one of three modules of their section. Three in ten have one of a few passages that
/// were written elsewhere and belong to the text.
pub fn site(template: SiteTemplate, count: usize, seed: u64) -> Vec<SitePage> {
    let mut random = SeededRandom::new(seed);
    let quotes: Vec<String> = (0..2).map(|_| paragraph(&mut random, 2)).collect();
    let headlines: Vec<String> = (0..count + 12).map(|_| headline(&mut random)).collect();
    let leads: Vec<String> = (0..count + 12).map(|_| paragraph(&mut random, 2)).collect();
    (0..count)
        .map(|number| {
            let mut random = SeededRandom::new(seed * 1_000 + number as u64);
            let quote = (random.below(10) < 3).then(|| quotes[random.below(quotes.len())].clone());
            let (title, lead) = (&headlines[number], &leads[number]);
            // What is new in a week is named on the other pages of that week, and so is one of a few old
            // stories.
            let (week, old) = (number / 12 * 12, count + number / 12 % 6 * 2);
            let newest = if week == number { old + 1 } else { week };
            let teasers = [newest, old].map(|at| format!("{}: {}", headlines[at], leads[at]));
            let content = content(template, &mut random, lead, quote.as_deref());
            let parts = arranged(template, &mut random, content, &teasers);
            let html: String = parts.iter().map(|part| part.html.as_str()).collect();
            let text: Vec<&str> = parts.iter().filter_map(|part| part.text.as_deref()).collect();
            SitePage {
                url: format!(
                    "https://www.{}.example/{number}",
                    format!("{template:?}").to_lowercase()
                ),
                html: format!(
                    "<!doctype html><html><head><title>{title}</title></head><body><div>\n\
                     <h1>{title}</h1>\n{html}</div></body></html>"
                ),
                text: text.join("\n\n"),
                shared: quote,
            }
        })
        .collect()
}

/// The wanted parts of a page.
fn content(
    template: SiteTemplate,
    random: &mut SeededRandom,
    lead: &str,
    quote: Option<&str>,
) -> Vec<SitePart> {
    let mut parts = vec![SitePart::wanted("p", lead)];
    let prose = |random: &mut SeededRandom, parts: &mut Vec<SitePart>, count: usize| {
        for _ in 0..count {
            let sentences = 2 + random.below(3);
            parts.push(SitePart::wanted("p", &paragraph(random, sentences)));
        }
    };
    match template {
        SiteTemplate::News => {
            let count = 5 + random.below(5);
            prose(random, &mut parts, count);
        }
        SiteTemplate::Blog => {
            for _ in 0..2 {
                parts.push(SitePart::wanted("h2", &headline(random)));
                let count = 2 + random.below(3);
                prose(random, &mut parts, count);
            }
        }
        SiteTemplate::Docs => {
            // Headings that all pages have, above what each has alone.
            for heading in ["Description", "Parameters", "Returns", "Notes"] {
                parts.push(SitePart::wanted("h2", heading));
                let count = 1 + random.below(2);
                prose(random, &mut parts, count);
            }
        }
        SiteTemplate::Shop => {
            let count = 3 + random.below(3);
            prose(random, &mut parts, count);
            parts.push(SitePart::wanted("h2", "Specifications"));
            parts.push(table(random));
            parts.push(SitePart::wanted("h2", "Care"));
            prose(random, &mut parts, 2);
        }
        SiteTemplate::Forum => {
            for _ in 0..4 + random.below(3) {
                let sentences = 2 + random.below(4);
                parts.push(SitePart::wanted("p", &paragraph(random, sentences)));
                if random.below(2) == 0 {
                    parts.push(SitePart::wanted("p", &sentence(random)));
                }
            }
        }
    }
    if let Some(quote) = quote {
        let at = 1 + random.below(parts.len() - 1);
        parts.insert(at, SitePart::wanted("p", quote));
    }
    parts
}

/// Rows whose labels all products have, and one that is the same for most.
fn table(random: &mut SeededRandom) -> SitePart {
    let rows = [
        ("Price", format!("{} crowns", 90 + random.below(900))),
        ("Width", format!("{} cm", 20 + random.below(200))),
        ("Height", format!("{} cm", 20 + random.below(200))),
        ("Made by", name(random).to_owned()),
        ("Wood", ["oak", "ash", "elm"][random.below(3)].to_owned()),
        ("Finish", "linseed oil".to_owned()),
        ("First built", date(random)),
    ];
    let row =
        |(label, value): &(&str, String)| format!("<tr><td>{label}</td><td>{value}</td></tr>");
    let html = rows.iter().map(row).collect::<Vec<_>>().concat();
    let text: Vec<String> =
        rows.iter().map(|(label, value)| format!("{label} | {value}")).collect();
    SitePart { html: format!("<table>{html}</table>\n"), text: Some(text.join("\n")) }
}

/// The parts with the site's own among them.
fn arranged(
    template: SiteTemplate,
    random: &mut SeededRandom,
    content: Vec<SitePart>,
    teasers: &[String],
) -> Vec<SitePart> {
    let modules = template.modules();
    let module =
        |text: &str, random: &mut SeededRandom| SitePart::clutter("p", &filled(text, random));
    let mut parts = content;
    let anywhere = 3 + random.below(parts.len() - 3);
    parts.insert(anywhere, module(modules.anywhere, random));
    let within = module(modules.within, random);
    parts.insert(2, within);
    parts.insert(0, module(modules.top, random));
    // Three in ten pages are in no section.
    if let Some(text) = modules.sections.get(random.below(4)) {
        parts.push(module(text, random));
    }
    for text in modules.end {
        parts.push(module(text, random));
    }
    parts.extend(teasers.iter().map(|teaser| SitePart::clutter("p", teaser)));
    parts
}
