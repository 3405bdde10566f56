//! What sites print around their pages, in words that no list of clutter phrases has.

/// What is on every page of a site: at the top, within the text, at the end; and on the pages of one
/// section. The last three stand at places that vary.
pub(super) struct SiteModules {
    pub(super) top: &'static str,
    pub(super) within: &'static str,
    pub(super) end: [&'static str; 3],
    pub(super) sections: [&'static str; 3],
    /// On every page, after any paragraph.
    pub(super) anywhere: &'static str,
}

pub(super) const NEWS: SiteModules = SiteModules {
    top: "The kettle in our front room has been on since {date}, and {n} people have told us over a cup \
          of tea what they saw that week on the quay.",
    within: "There are {n} notebooks on the long table by the window, and {name} will gladly turn the \
             pages with anyone who walks in before the lamps are lit.",
    end: [
        "Whatever reached the printing room by half past nine last night was folded by hand, and the \
         {n} bundles left the yard on the first lorry, with {name} at the wheel as on most mornings.",
        "Those who grew up with the smell of fresh ink tend to come back to this street, and on {date} \
         there were {n} of them in the courtyard, a few with grandchildren on their shoulders.",
        "Between the bridge and the station stand {n} green boxes in which a folded sheet lies every \
         Friday, and it costs nothing but the walk.",
    ],
    sections: [
        "The people who write about the water meet on the upper deck every other Tuesday, and the \
         soup that {name} cooks there has fed {n} of them so far.",
        "The people who write about the fields have a bench of their own at the cattle market, and \
         the drawings that {name} makes of it hang in {n} kitchens by now.",
        "The people who write about the stage keep a seat free in the third row, and {n} strangers \
         have sat in it beside {name} since the curtain was mended.",
    ],
    anywhere: "A second pair of eyes went over these lines on {date}, those of {name}, who has read \
               along for longer than the building has had a lift.",
};

pub(super) const BLOG: SiteModules = SiteModules {
    top: "I write these pages on a boat that has not sailed since {date}, with a stove, {n} books and \
          a dog who has opinions on every one of them.",
    within: "Somewhere in the cupboard under the stairs is the first draft of this, and {n} others, \
             because my sister {name} throws nothing away and neither do I.",
    end: [
        "When the evenings get long I print the better ones of these on grey paper, bind {n} copies \
         with red thread, and leave them in waiting rooms between here and the coast.",
        "The picture at the very top was drawn by {name} on {date}, in pencil, on the back of a \
         receipt, and it has travelled with these pages ever since.",
        "My neighbour says that {n} of these are enough for one life, and he may be right, but the \
         stove is warm and the dog wants to hear how it ends.",
    ],
    sections: [
        "This belongs to the part about boats, which began with a leak and has grown to {n} pieces, \
         most of them longer than the boat itself.",
        "This belongs to the part about bread, which began with a failed loaf and has grown to {n} \
         pieces, and the loaf is still on the shelf.",
        "This belongs to the part about birds, which began with a broken window and has grown to {n} \
         pieces, and the window is still not mended.",
    ],
    anywhere: "Read slowly, says {name} from the other bunk, and so these paragraphs are set with \
               more air between them than the {n} that were here first.",
};

pub(super) const DOCS: SiteModules = SiteModules {
    top: "The pages of this handbook were last put in order on {date}, when {name} and the others sat \
          down with {n} slips of paper and a very large table.",
    within: "All of the examples were run on the grey machine in the corner, which has done so {n} \
             times since it came out of its box and hums a little when it is pleased.",
    end: [
        "Where a sentence here is hard to follow it was most likely written by {name} late in the \
         day, and the {n} remarks in the margin of the paper copy say so plainly.",
        "The handbook began as a single sheet pinned to a door on {date}, and the door is still in \
         use, although it has been painted {n} times over.",
        "Some of those who wrote these pages now grow apples, and the {n} crates that come to the \
         workshop each autumn are a fair measure of how they are doing.",
    ],
    sections: [
        "This is one of the pages on storage, which {name} keeps in a blue folder, together with {n} \
         older versions of the same thought.",
        "This is one of the pages on timing, which {name} keeps in a green folder, together with {n} \
         sketches of a clock that never ran.",
        "This is one of the pages on messages, which {name} keeps in a yellow folder, together with \
         {n} envelopes that were never sealed.",
    ],
    anywhere: "The numbers in brackets are those of the paper copy, of which {n} were bound in \
               canvas for {name} and whoever else works far from a socket.",
};

pub(super) const SHOP: SiteModules = SiteModules {
    top: "In the back of the building {name} still planes every board twice, and on {date} the pile of \
          shavings reached the sill for the {n}th time.",
    within: "The smell of linseed stays in the hall for days, and the {n} people who came to look \
             around last month mostly remember that, and the cat.",
    end: [
        "A cart leaves the yard whenever it is full, as it has done for {n} weeks, and {name} walks \
         beside it as far as the toll house with a lantern.",
        "Whatever is not quite straight goes to the school next door, and {n} chairs of that kind \
         have held out there since {date} under children who do not sit still.",
        "The workshop was a stable once, which is why there are {n} iron rings in the wall, and why \
         the doors are wide enough for what is built behind them.",
    ],
    sections: [
        "The oak in this part of the hall grew on the slope behind the church, and {name} counted {n} \
         rings in the thickest of the trunks.",
        "The ash in this part of the hall grew along the old railway, and {name} counted {n} rings in \
         the thickest of the trunks.",
        "The elm in this part of the hall came down in one storm, and {name} counted {n} rings in the \
         thickest of the trunks.",
    ],
    anywhere: "Two hands are enough to carry it, says {name}, who has carried {n} of them down the \
               stairs and dropped none but the first.",
};

pub(super) const FORUM: SiteModules = SiteModules {
    top: "This table was set up on {date} by people who could not sleep, and {n} of them have pulled \
          up a chair since, some for a night and some for good.",
    within: "Every so often {name} goes round with a lamp and a broom, and what was said in anger is \
             gone by the morning, which has happened {n} times so far.",
    end: [
        "The longest evening at this table had {n} voices in it and ended with pancakes, and the pan \
         hangs over the door where {name} nailed it on {date}.",
        "Those who speak first are asked to speak slowly, an old custom of the table that {n} \
         newcomers have wondered about and nobody has ever wanted to change.",
        "In the drawer under the table are {n} letters to people who left, and {name} reads them out \
         when the room is nearly empty.",
    ],
    sections: [
        "At this end of the table it is about engines, and the {n} stains on the cloth are oil, as \
         {name} will explain to anyone who stays.",
        "At this end of the table it is about gardens, and the {n} stains on the cloth are earth, as \
         {name} will explain to anyone who stays.",
        "At this end of the table it is about old radios, and the {n} stains on the cloth are solder, \
         as {name} will explain to anyone who stays.",
    ],
    anywhere: "A hand on the shoulder means that somebody else would like to say a word, and {name} \
               has the lightest hand of the {n} around here.",
};
