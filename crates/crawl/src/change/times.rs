//! Words of times and dates: months, days of the week, units, "ago".

use std::collections::HashSet;
use std::sync::LazyLock;

/// Whether a word in lower case belongs to a time or date.
pub(super) fn is_time(word: &str) -> bool {
    static WORDS: LazyLock<HashSet<&str>> =
        LazyLock::new(|| TIME_WORDS.split_ascii_whitespace().collect());
    WORDS.contains(word)
}

/// Whether a word in lower case belongs to a time that follows it: "an hour", "just now".
pub(super) fn is_before_time(word: &str) -> bool {
    BEFORE_TIME_WORDS.contains(&word)
}

const BEFORE_TIME_WORDS: &[&str] = &[
    "a", "p", "an", "one", "just", "ein", "eine", "einem", "einer", "gerade", "un", "une", "una",
    "uma", "um", "uno", "een", "один", "одну", "одна", "одне",
];

/// In the languages of `config/lexicon` that are written with spaces. Ambiguous words ("second", "march") do no
/// harm, because only labels are checked.
const TIME_WORDS: &str = "
second seconds sec secs minute minutes min mins hour hours hr hrs day days week weeks month months year years
s m h d ago now today yesterday tonight am pm utc gmt cet cest bst est edt pst pdt
january february march april may june july august september october november december
jan feb mar apr jun jul aug sep sept oct nov dec
monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thurs fri sat sun

sekunde sekunden minuten stunde stunden std tag tage tagen woche wochen monat monate monaten jahr jahre jahren
heute gestern jetzt uhr januar jänner februar märz mai juni juli oktober dezember mär okt dez
montag dienstag mittwoch donnerstag freitag samstag sonntag

seconde secondes heure heures jour jours semaine semaines mois an ans année années hier maintenant
aujourd hui janvier février mars avril juin juillet août septembre octobre novembre décembre
janv févr avr juil déc lundi mardi mercredi jeudi vendredi samedi dimanche

segundo segundos minuto minutos hora horas día días semana semanas mes meses año años hoy ayer ahora
enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre
ene abr ago dic lunes martes miércoles jueves viernes sábado domingo

secondi minuti ora ore giorno giorni settimana settimane mese mesi anno anni fa oggi ieri adesso
gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre gen mag giu lug set ott
lunedì martedì mercoledì giovedì venerdì sabato domenica

dia dias mês ano anos hoje ontem agora janeiro fevereiro março maio junho julho setembro outubro
novembro dezembro fev abr mai ago out dez segunda terça quarta quinta sexta feira

seconden minuut uur uren dag dagen weken maand maanden jaar jaren geleden vandaag gisteren nu
januari februari maart mei augustus mrt maandag dinsdag woensdag donderdag vrijdag zaterdag zondag

sekund sekundy minuta minuty minutę godzina godziny godzin godzinę godz dzień dni tydzień tygodnie tygodni
miesiąc miesiące miesięcy rok lata lat temu dzisiaj dziś wczoraj teraz stycznia lutego marca
kwietnia maja czerwca lipca sierpnia września października listopada grudnia
poniedziałek wtorek środa czwartek piątek sobota niedziela

секунда секунды секунд секунду минута минуты минут минуту мин час часа часов день дня дней неделя недели
недель неделю месяц месяца месяцев год года лет назад сегодня вчера сейчас января февраля марта апреля
мая июня июля августа сентября октября ноября декабря янв фев мар апр июн июл авг сен сент окт ноя нояб дек
понедельник вторник среда четверг пятница суббота воскресенье мск

секунди хвилина хвилини хвилин хвилину хв година години годин годину тиждень тижні тижнів місяць місяці
місяців рік роки років день дні днів тому сьогодні вчора учора зараз січня лютого березня квітня травня
червня липня серпня вересня жовтня листопада грудня понеділок вівторок середа четвер ятниця субота неділя
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_words_are_in_lower_case() {
        assert_eq!(TIME_WORDS, TIME_WORDS.to_lowercase());
        for word in ["ago", "minutes", "märz", "hier", "назад", "хвилин"] {
            assert!(is_time(word), "{word}");
        }
        assert!(!is_time("ferry"));
        assert!(is_before_time("einer"));
    }
}
