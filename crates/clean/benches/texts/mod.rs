//! Texts for timing repair: clean and damaged paragraphs, written for this purpose.

/// The length of a clean text, in bytes.
const TEXT_BYTES: usize = 4 << 20;

const ENGLISH: [&str; 12] = [
    "The ferry came in at nine, an hour late, and nobody on the quay was surprised.",
    "“We had fog as far as the second buoy,” the mate said, “and then the radar went.”",
    "It’s the third time this month; the harbour office doesn’t keep a list, but the baker does.",
    "She counts the rolls that are left over – forty-one on Monday, sixty on the day of the storm.",
    "Two of the crew walked up to the café, sat under the awning and asked for tea.",
    "A new timetable hangs beside the door, printed on both sides and already out of date.",
    "“Nine weeks in dock,” the harbour master wrote, “and not one of them was planned…”",
    "The repair cost less than a new engine would have, which isn’t the same as being cheap.",
    "Children waved from the upper deck; their parents were looking for the car keys.",
    "By noon the queue for the afternoon crossing reached the old customs house.",
    "Nobody remembers who painted the bollards yellow, or why they stopped halfway.",
    "The last boat leaves at ten, the company says, “weather and radar permitting.”",
];

const CYRILLIC: [&str; 10] = [
    "Паром прийшов о дев’ятій, на годину пізніше, і ніхто на причалі не здивувався.",
    "«До другого буя стояв туман, – сказав помічник, – а потім вимкнувся радар».",
    "Це вже третій раз за місяць; у порту списку не ведуть, зате його веде пекарка.",
    "Вона рахує булки, що лишилися: сорок одна в понеділок, шістдесят у день бурі.",
    "Двое из команды поднялись в кафе, сели под навесом и попросили чаю.",
    "Новое расписание висит у двери, отпечатано с двух сторон и уже устарело.",
    "Ремонт обошёлся дешевле нового двигателя, но это ещё не значит, что дёшево.",
    "Дети махали с верхней палубы, а родители искали ключи от машины.",
    "К полудню очередь на дневной рейс дошла до старой таможни.",
    "Останній човен відходить о десятій, каже компанія, якщо дозволить погода.",
];

/// A text and its name.
pub(crate) struct SampleText {
    pub(crate) name: &'static str,
    pub(crate) text: String,
}

/// The texts, the same on every run.
pub(crate) fn all() -> Vec<SampleText> {
    let english = paragraphs(&ENGLISH);
    let cyrillic = paragraphs(&CYRILLIC);
    let damaged_english = english.lines().map(misread).collect();
    let damaged_cyrillic = cyrillic.lines().map(misread).collect();
    // Like scraped pages: a damaged paragraph among good ones.
    let mixed = english
        .lines()
        .enumerate()
        .map(|(at, line)| if at % 5 == 0 { misread(line) } else { format!("{line}\n") })
        .collect();
    vec![
        SampleText { name: "clean English", text: english.clone() },
        SampleText { name: "clean Cyrillic", text: cyrillic.clone() },
        SampleText { name: "damaged English", text: damaged_english },
        SampleText { name: "one line of five damaged", text: mixed },
        SampleText { name: "damaged Cyrillic", text: damaged_cyrillic },
    ]
}

/// Paragraphs of five sentences in random order, one per line.
fn paragraphs(sentences: &[&str]) -> String {
    let mut text = String::with_capacity(TEXT_BYTES + 1000);
    let mut state = 7_u64;
    while text.len() < TEXT_BYTES {
        for _ in 0..5 {
            // The constants of Knuth's MMIX.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let index = usize::try_from(state >> 33).unwrap_or_default() % sentences.len();
            text.push_str(sentences[index]);
            text.push(' ');
        }
        text.pop();
        text.push('\n');
    }
    text
}

/// A line whose UTF-8 was decoded as windows-1252.
fn misread(line: &str) -> String {
    let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(line.as_bytes());
    text.into_owned() + "\n"
}
