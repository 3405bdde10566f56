//! The words of gates: lines that ask a reader to pay, register or log in before reading on.
//!
//! A gate says two things at once, in any wording: what to do, and that the text goes on behind it. So words are
//! listed by what they speak of, and [`GateWords::signs`] looks for combinations within one language.

use std::sync::LazyLock;

use crate::fold::is_alphanumeric;
use crate::lexicon::{NormalizedText, PrefixIndex, is_unspaced};

/// What a word of a gate speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Topic {
    /// What a gate asks for: subscribe, register, log in, join.
    Door,
    /// To buy or unlock, which with `This` is a gate.
    Purchase,
    /// This article.
    This,
    /// The rest of the text: keep reading, the full text.
    Ahead,
    /// Only, exclusive, reserved.
    Reserved,
    /// Subscribers and members.
    Audience,
    /// Remains, is left.
    Remains,
    /// Article, story, text.
    Text,
    /// A limit was reached, all was read.
    UsedUp,
    /// Free of charge.
    Free,
    /// The printed edition.
    Print,
    /// Advertisements and tracking.
    Tracking,
    /// Accept, agree.
    Consent,
    /// A donation.
    Donation,
    /// Comments, which may need a log-in.
    Comment,
    /// Newsletters, podcasts, alerts, goods: what a log-in or a subscription may be for instead.
    Other,
}

impl Topic {
    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// What a line says about access. The strongest come last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum GateSign {
    /// Nothing.
    #[default]
    None,
    /// An offer, a log-in, a request for support.
    Offer,
    /// Reading on, without what it takes: a gate if the text stops there.
    Ahead,
    /// The choice between consent and payment.
    ConsentOrPay,
    /// Only for subscribers.
    Reserved,
    /// What to do for reading on.
    Gate,
    /// The free articles are used up.
    UsedUp,
    /// How much of the article remains.
    Remaining,
}

/// What a line speaks of, by language.
#[derive(Clone, Debug, Default)]
pub(super) struct GateTopics {
    by_language: [u16; LANGUAGES.len()],
    has_percent: bool,
}

impl GateTopics {
    /// What several lines speak of together.
    pub(super) fn add(&mut self, other: &Self) {
        for (topics, more) in self.by_language.iter_mut().zip(other.by_language) {
            *topics |= more;
        }
    }

    /// Whether it speaks of something else that one may subscribe to or log in for.
    pub(super) fn is_other(&self) -> bool {
        self.by_language.iter().any(|topics| topics & Topic::Other.bit() != 0)
    }

    /// Whether it asks for a log-in to comment.
    pub(super) fn is_for_comments(&self) -> bool {
        self.has_both(Topic::Comment, Topic::Door)
    }

    /// Whether it speaks of the text itself, as reserved for some.
    pub(super) fn names_text(&self) -> bool {
        self.has_both(Topic::Reserved, Topic::This)
    }

    /// Whether it asks for anything.
    pub(super) fn asks(&self) -> bool {
        self.has_both(Topic::Door, Topic::Door)
    }

    /// Whether it speaks of both in one language.
    fn has_both(&self, one: Topic, other: Topic) -> bool {
        let both = one.bit() | other.bit();
        self.by_language.iter().any(|topics| topics & both == both)
    }

    /// What it says in the language of a page or in English, which pages of all languages have labels in. In any
    /// language if that of the page is not known.
    pub(super) fn sign_in(&self, language: Option<&str>) -> GateSign {
        let Some(language) = language else { return self.sign() };
        let primary = language.split(['-', '_']).next().unwrap_or_default();
        let counts = |codes: &&str| {
            codes.split(' ').any(|code| code == UNIVERSAL || code.eq_ignore_ascii_case(primary))
        };
        let topics = self.by_language.iter().zip(CODES).filter(|(_, codes)| counts(codes));
        topics.map(|(topics, _)| sign_of(*topics, self.has_percent)).max().unwrap_or_default()
    }

    /// What it says, in the language in which it says most.
    pub(super) fn sign(&self) -> GateSign {
        let sign = |topics: &u16| sign_of(*topics, self.has_percent);
        // Most lines speak of nothing in most languages.
        let spoken = self.by_language.iter().filter(|topics| **topics != 0);
        spoken.map(sign).max().unwrap_or_default()
    }
}

fn sign_of(topics: u16, has_percent: bool) -> GateSign {
    let has = |topic: Topic| topics & topic.bit() != 0;
    let asks = has(Topic::Door) || has(Topic::Purchase);
    if has(Topic::Remains) && has_percent && (has(Topic::Text) || has(Topic::This)) {
        GateSign::Remaining
    } else if has(Topic::UsedUp) && has(Topic::Free) && has(Topic::Text) {
        GateSign::UsedUp
    } else if has(Topic::Tracking) && (asks || has(Topic::Consent)) {
        GateSign::ConsentOrPay
    } else if has(Topic::Other) {
        GateSign::None
    } else if has(Topic::Comment) {
        if asks { GateSign::Offer } else { GateSign::None }
    } else if has(Topic::Ahead) && (asks || has(Topic::Print))
        || has(Topic::Purchase) && has(Topic::This)
    {
        GateSign::Gate
    } else if has(Topic::Reserved) && has(Topic::Audience) {
        GateSign::Reserved
    } else if has(Topic::Ahead) {
        GateSign::Ahead
    } else if has(Topic::Door) || has(Topic::Donation) {
        GateSign::Offer
    } else {
        GateSign::None
    }
}

/// Searches lines for the words of all languages at once.
#[derive(Debug, Default)]
pub(super) struct GateWords {
    index: PrefixIndex,
    words: Vec<GateWord>,
}

#[derive(Debug)]
struct GateWord {
    text: &'static str,
    language: usize,
    topic: Topic,
}

impl GateWords {
    /// The words that are compiled in.
    pub(super) fn get() -> &'static Self {
        static WORDS: LazyLock<GateWords> = LazyLock::new(GateWords::compile);
        &WORDS
    }

    fn compile() -> Self {
        let mut found = Self::default();
        for (language, topics) in LANGUAGES.iter().enumerate() {
            for (topic, list) in *topics {
                for text in list.split('|') {
                    let Ok(number) = u32::try_from(found.words.len()) else { continue };
                    found.index.add(text, number);
                    found.words.push(GateWord { text, language, topic: *topic });
                }
            }
        }
        found
    }

    /// What a line speaks of.
    pub(super) fn topics(&self, line: &NormalizedText) -> GateTopics {
        let text = line.as_str();
        let mut topics = GateTopics {
            has_percent: text.contains('#') && PERCENT.iter().any(|sign| text.contains(sign)),
            ..GateTopics::default()
        };
        let mut is_in_word = false;
        for (at, character) in text.char_indices() {
            // Stems begin a word, where words have spaces between them.
            let begins = !is_in_word || is_unspaced(character);
            is_in_word = is_alphanumeric(character);
            if !begins {
                continue;
            }
            let rest = text.get(at..).unwrap_or_default();
            if !self.index.may_have(rest) {
                continue;
            }
            let words =
                self.index.candidates(rest).filter_map(|number| self.words.get(number as usize));
            for word in words.filter(|word| rest.starts_with(word.text)) {
                if let Some(seen) = topics.by_language.get_mut(word.language) {
                    *seen |= word.topic.bit();
                }
            }
        }
        topics
    }
}

/// Signs and words after a number of hundredths. In Japanese and Chinese the rest is also counted in characters.
const PERCENT: [&str; 9] =
    ["%", "percent", "per cent", "prozent", "procent", "por ciento", "％", "文字", "字"];

type Words = &'static [(Topic, &'static str)];

/// The codes of the languages, in the order of [`LANGUAGES`].
const CODES: [&str; LANGUAGES.len()] = [
    UNIVERSAL,
    "de",
    "fr",
    "es",
    "it",
    "nl",
    "pl",
    "pt",
    "ru",
    "ja",
    "zh",
    "uk",
    "sv",
    "da no nb nn",
    "cs",
    "ko",
    "tr",
];
const UNIVERSAL: &str = "en";

/// The words of each language, in the normal form of the lexicons. They match at the beginning of a word.
#[rustfmt::skip]
const LANGUAGES: [Words; 17] = {
    use Topic::{Ahead, Audience, Comment, Consent, Donation, Door, Free, Other, Print, Purchase, Remains, Reserved, Text, This, Tracking, UsedUp};
    [
        // English
        &[
            (Door, "subscribe|subscription|register to|register for|register now|register or|registered?|registering|registration is|sign up|sign in|log in|logged in|login|log on|create an account|create a free|create your account|free account|become a|join to|join us to|join now|choose your plan|choose a plan|start your|start a|start for|free trial|activate your|upgrade|day pass|buy the issue|buy this issue"),
            (Purchase, "buy|purchase|unlock"),
            (This, "this article|this story|this post|this content|this report|the article|the story"),
            (Ahead, "continue reading|keep reading|read on|reading on|to read the rest|read the rest|rest of this|rest of the|the whole story|whole article|full story|full article|full text|full post|full report|full access|to continue|to keep|read the entire|read this|to read more|to unlock|unlock this|unlock the|unlock access|unlock full|get access to this|continue with your reading"),
            (Reserved, "only|exclusive|exclusively|reserved|is for|are for|available to|for our sub|limited to"),
            (Audience, "subscriber|member|members|patron|paid supporters|registered users"),
            (Remains, "remain|left|to go|still"),
            (Text, "article|story|stories|post|posts|text"),
            (UsedUp, "reached|limit|used up|have read|you've read|last free|no more|out of free|used all"),
            (Free, "free|complimentary|this month|monthly"),
            (Print, "print edition|printed edition|print issue|in issue|newsagent|e-paper|epaper|digital edition"),
            (Tracking, "with adverts|with ads|tracking|ad-free|without ads|personalised ads|personalized ads|without adverts"),
            (Consent, "accept|agree|consent"),
            (Donation, "donate|donation|chip in|contribute|support us|support our|make a gift|give today"),
            (Comment, "comment|discussion|to reply"),
            (Other, "newsletter|inbox|e-mail updates|podcast|save this|bookmark|to listen|notification|alert|wishlist|cart|checkout|youtube|channel|to vote"),
        ],
        // German
        &[
            (Door, "abonnieren|ein abo|das abo|im abo|mit abo|abo |abos|abo-|digitalabo|probeabo|abonnement|registrieren|registriert|anmelden|einloggen|login|konto|mitglied werden|werden sie mitglied|jetzt testen|gratis testen|kostenlos testen|tagespass|mit plus|heft kaufen|ausgabe kaufen"),
            (Purchase, "kaufen|freischalten"),
            (This, "diesen artikel|dieser artikel|dieser text|diesen text|dieser beitrag|dieser inhalt|artikel freischalten|artikel kaufen"),
            (Ahead, "weiterlesen|weiterzulesen|lesen sie weiter|weiter lesen|vollständig lesen|ganz zu lesen|ganzen text|ganzen artikel|vollständigen artikel|ganze geschichte|den vollen|unbegrenzten zugang|lesen sie diesen|diesen artikel lesen|um diesen"),
            (Reserved, "exklusiv|nur für|vorbehalten|ausschließlich"),
            (Audience, "abonnent|mitglieder|mitgliedern|digital-abonnent|plus-abonnent|plus-leser"),
            (Remains, "noch|verbleib|übrig|restlich"),
            (Text, "artikel|text|beitrag|geschichte"),
            (UsedUp, "gelesen|aufgebraucht|erreicht|ausgeschöpft|limit"),
            (Free, "frei|gratis|kostenlos"),
            (Print, "gedruckten|printausgabe|ausgabe #|am kiosk|e-paper|im heft"),
            (Tracking, "mit werbung|werbefrei|ohne werbung|pur-abo|tracking|ohne tracking"),
            (Consent, "akzeptieren|zustimmen|stimmen sie|einwilligen"),
            (Donation, "spenden|spende|unterstützen sie"),
            (Comment, "kommentier|kommentar|diskussion"),
            (Other, "newsletter|podcast|anhören|merkliste|merken|warenkorb|benachrichtig|die app|unsere app"),
        ],
        // French
        &[
            (Door, "abonnez|abonner|abonne|abonnement|s'abonner|inscri|connectez|se connecter|connexion|créez un compte|créer un compte|créer mon compte|compte gratuit|devenir membre|devenez|rejoignez|profitez|découvrir les offres|acheter le numéro|voir les offres|pass d'un jour"),
            (Purchase, "acheter|achetez|débloquer|débloquez"),
            (This, "cet article|ce contenu|ce texte|ce récit"),
            (Ahead, "lire la suite|la suite|poursuivre|pour continuer|continuer à lire|continuer la lecture|continuez à lire|lisez la suite|en entier|l'intégralité|texte complet|article complet|lire cet article|accédez à tous|accès illimité"),
            (Reserved, "réservé|exclusi|uniquement"),
            (Audience, "abonné|abonnés|membre|membres|adhérents"),
            (Remains, "reste"),
            (Text, "article|texte"),
            (UsedUp, "avez lu|limite|atteint|épuisé"),
            (Free, "gratuit|offert"),
            (Print, "édition papier|version papier|version numérique|numéro #|en kiosque"),
            (Tracking, "avec la publicité|sans publicité|le suivi|sans pub"),
            (Consent, "accepte|acceptez|accepter|consent"),
            (Donation, "faire un don|faites un don|soutenez|donner|soutenir"),
            (Comment, "comment|réagir"),
            (Other, "newsletter|infolettre|podcast|écouter|panier|notification|l'appli|alerte"),
        ],
        // Spanish
        &[
            (Door, "suscríbete|suscríbase|suscribir|suscripción|suscríb|regístr|registr|inicia sesión|iniciar sesión|inicie sesión|crea una cuenta|crear cuenta|hazte|hacerme|únete|ver ofertas|pase de un día|accede con|comprar el número|ya tienes cuenta"),
            (Purchase, "compra|comprar|desbloque"),
            (This, "este artículo|este contenido|esta noticia|este texto|esta nota"),
            (Ahead, "seguir leyendo|sigue leyendo|siga leyendo|continuar leyendo|continúa leyendo|leer el resto|el resto|leerlo entero|texto completo|artículo completo|noticia completa|seguir disfrutando|leer este"),
            (Reserved, "solo para|sólo para|exclusiv|reservad"),
            (Audience, "suscriptor|socios|abonados|miembros"),
            (Remains, "queda|restan|resta|falta"),
            (Text, "artículo|noticia|texto|contenido"),
            (UsedUp, "límite|has leído|ha leído|alcanzad|agotad"),
            (Free, "gratis|gratuit"),
            (Print, "edición impresa|edición en papel|número #|quiosco"),
            (Tracking, "con publicidad|sin anuncios|sin publicidad|el seguimiento|rechazar y suscribirse"),
            (Consent, "acepta|aceptar|acepte"),
            (Donation, "donar|dona |haz posible|apóyanos|donación"),
            (Comment, "comentar|comentario"),
            (Other, "newsletter|boletín|podcast|escuchar|carrito|notificaci|la app|alerta"),
        ],
        // Italian
        &[
            (Door, "abbonati|abbonarsi|abbonamento|registrati|registra|accedi|un account|iscriviti|diventa|associati|vedi le offerte|compra il numero|pass giornaliero"),
            (Purchase, "acquista|compra|sblocca"),
            (This, "questo articolo|questo contenuto"),
            (Ahead, "continuare a leggere|continua a leggere|continua la lettura|leggere il resto|il resto|leggerlo tutto|testo completo|articolo completo|per continuare|leggi tutto l'articolo|leggere questo"),
            (Reserved, "riservat|esclusiv|solo per"),
            (Audience, "abbonat|ai soci|i soci|iscritti"),
            (Remains, "resta|restano|rimane|rimangono"),
            (Text, "articol|testo"),
            (UsedUp, "limite|raggiunto|hai letto|esaurit"),
            (Free, "gratis|gratuit"),
            (Print, "edizione cartacea|numero #|in edicola"),
            (Tracking, "con la pubblicità|senza pubblicità|senza annunci|il tracciamento|rifiuta e abbonati"),
            (Consent, "accetta|accettare"),
            (Donation, "dona |donazione|sostienici|sostieni"),
            (Comment, "comment"),
            (Other, "newsletter|podcast|ascolta|carrello|notific|l'app"),
        ],
        // Dutch
        &[
            (Door, "abonneer|abonneren|abonnement|registre|inloggen|log in|ingelogd|gratis account|account aanmaken|word lid|lid worden|bekijk de aanbiedingen|start voor|koop het nummer|dagpas|aanmelden"),
            (Purchase, "koop|kopen|ontgrendel"),
            (This, "dit artikel|dit verhaal|deze inhoud"),
            (Ahead, "verder te lezen|verder lezen|lees verder|verder met lezen|helemaal te lezen|volledige tekst|volledige artikel|hele artikel|rest van|lees dit artikel"),
            (Reserved, "alleen voor|exclusief|uitsluitend|voorbehouden"),
            (Audience, "abonnee|leden"),
            (Remains, "nog|resteert|resterend"),
            (Text, "artikel|verhaal|tekst"),
            (UsedUp, "gelezen|limiet|bereikt"),
            (Free, "gratis"),
            (Print, "papieren krant|nummer #|bij de kiosk"),
            (Tracking, "met advertenties|zonder advertenties|zonder reclame|tracking"),
            (Consent, "accepteer|accepteren|akkoord"),
            (Donation, "doneer|doneren|steun ons"),
            (Comment, "reageren|reactie"),
            (Other, "nieuwsbrief|podcast|luister|winkelwagen|melding|de app"),
        ],
        // Polish
        &[
            (Door, "prenumerat|subskryb|subskrypc|zaloguj|załóż|zarejestruj|rejestrac|dołącz|konto|zobacz oferty|wykup|kup numer|zacznij za|dostęp na"),
            (Purchase, "kup |kupić|odblokuj"),
            (This, "ten artykuł|tego artykułu|ten tekst"),
            (Ahead, "czytać dalej|czytaj dalej|przeczytać całość|przeczytaj całość|pełny tekst|cały artykuł|cały tekst|dalszą część|aby przeczytać|aby czytać"),
            (Reserved, "tylko dla|wyłącznie|dostępny dla|zarezerwowan"),
            (Audience, "prenumerator|subskrybent|członk"),
            (Remains, "pozostał|zostało|jeszcze"),
            (Text, "artykuł|tekst"),
            (UsedUp, "wykorzystał|limit|przeczytałeś"),
            (Free, "darmow|bezpłat"),
            (Print, "wydaniu papierowym|numerze #|w kiosku"),
            (Tracking, "z reklamami|bez reklam|śledzenie"),
            (Consent, "zaakceptuj|akceptuj|zgadzam"),
            (Donation, "wesprzyj nas|wpłać|darowizn"),
            (Comment, "komentarz|komentow"),
            (Other, "newsletter|podcast|posłucha|koszyk|powiadomie|aplikac"),
        ],
        // Portuguese
        &[
            (Door, "assine|assinar|assinatura|cadastr|registe|faça login|entrar|entre|criar conta|comprar a edição|torne-se|junte-se|ver ofertas|passe de um dia|já tem cadastro"),
            (Purchase, "compre|comprar|desbloque"),
            (This, "este conteúdo|esta reportagem|este artigo|esta matéria|este texto"),
            (Ahead, "continuar lendo|continue lendo|continuar a ler|continue a ler|ler o restante|o restante|ler tudo|texto completo|artigo completo|ler a matéria|ler esta|ler este"),
            (Reserved, "exclusiv|reservad|só para|apenas para"),
            (Audience, "assinante|membros|sócios"),
            (Remains, "resta|restam|falta"),
            (Text, "reportage|artigo|matéria|texto"),
            (UsedUp, "limite|atingiu|você leu|esgot"),
            (Free, "grátis|gratuit"),
            (Print, "edição impressa|número #|nas bancas"),
            (Tracking, "com publicidade|sem anúncios|sem publicidade|o rastreamento"),
            (Consent, "aceite|aceitar"),
            (Donation, "doe |doar|doação|apoie"),
            (Comment, "comentar|comentário"),
            (Other, "newsletter|podcast|ouvir|carrinho|notifica|o app"),
        ],
        // Russian
        &[
            (Door, "оформите подписку|оформить подписку|подписка|подписаться|подпишитесь|подписаны|зарегистр|регистрац|войдите|войти|авториз|создать аккаунт|аккаунт|вступите|вступить|смотреть тарифы|купить номер|доступ на один"),
            (Purchase, "купить|купите|разблок"),
            (This, "этот материал|эту статью|этот текст|статью за"),
            (Ahead, "читать дальше|читать полностью|прочитать полностью|прочитать целиком|дочитать|полный текст|читайте продолжение|продолжить чтение|читать далее"),
            (Reserved, "только для|только подписчик|доступен только|открыт участник|эксклюзив"),
            (Audience, "подписчик|участник"),
            (Remains, "осталось|остал"),
            (Text, "стать|материал|текст"),
            (UsedUp, "прочитали|лимит|исчерпа"),
            (Free, "бесплат"),
            (Print, "бумажном номере|номере #|в киоске"),
            (Tracking, "с рекламой|без рекламы|отслеживание"),
            (Consent, "разрешите|принять|соглас"),
            (Donation, "пожертв|поддержать|поддерживают"),
            (Comment, "коммент"),
            (Other, "рассылк|подкаст|послушать|корзин|уведомлен|приложен|канал|телеграм|telegram"),
        ],
        // Japanese
        &[
            (Door, "登録|ログイン|購読|会員になる|メンバーになる|参加すると|プランを見る|一日パス|雑誌を購入"),
            (Purchase, "購入"),
            (This, "この記事|記事を"),
            (Ahead, "続きを|続きは|全文を|全文は|続きをお読み|全文読む"),
            (Reserved, "限定"),
            (Audience, "会員|メンバー|購読者"),
            (Remains, "残り"),
            (Text, "記事|本文"),
            (UsedUp, "読み終え|上限"),
            (Free, "無料"),
            (Print, "紙面|号に掲載"),
            (Tracking, "広告あり|広告なし|追跡"),
            (Consent, "同意"),
            (Donation, "寄付|支援"),
            (Comment, "コメント"),
            (Other, "メルマガ|ニュースレター|ポッドキャスト|カート|通知|アプリ|スクラップ"),
        ],
        // Chinese
        &[
            (Door, "订阅|訂閱|注册|註冊|登录|登入|成为会员|加入會員"),
            (Purchase, "购买|購買|解锁|解鎖"),
            (This, "本文|此文章|此文"),
            (Ahead, "继续阅读|繼續閱讀|阅读全文|閱讀全文|查看全文|剩余内容|剩餘內容"),
            (Reserved, "专享|專屬|限定|仅限|僅限"),
            (Audience, "会员|會員|订户|訂戶|订阅者"),
            (Remains, "剩余|剩餘|还有|還有"),
            (Text, "文章|内容|內容|全文"),
            (UsedUp, "已用完|已达|已達|上限"),
            (Free, "免费|免費"),
            (Donation, "捐款|赞助|贊助"),
            (Comment, "评论|評論|留言"),
            (Other, "电子报|電子報|播客|购物车|購物車|通知"),
        ],
        // Ukrainian
        &[
            (Door, "передплат|підписк|підпишіться|підписатися|зареєстр|реєстрац|увійдіть|увійти|приєднуйтесь"),
            (Purchase, "купити|придбати"),
            (This, "цей матеріал|цю статтю|цей текст"),
            (Ahead, "читати далі|читати повністю|прочитати повністю|повний текст|продовжити читання"),
            (Reserved, "тільки для|лише для|лише передплатник|доступний лише|ексклюзив"),
            (Audience, "передплатник|підписник|учасник"),
            (Remains, "залишилось|залишилося"),
            (Text, "статт|матеріал|текст"),
            (UsedUp, "прочитали|ліміт|вичерпа"),
            (Free, "безкоштовн"),
            (Donation, "пожертв|підтримати|донат"),
            (Comment, "комент"),
            (Other, "розсилк|подкаст|сповіщен|застосун|канал|telegram"),
        ],
        // Swedish
        &[
            (Door, "prenumer|logga in|registrera|skapa konto|bli medlem|köp prenumeration"),
            (Purchase, "köp|lås upp"),
            (This, "den här artikeln|artikeln|denna artikel"),
            (Ahead, "läsa vidare|läs vidare|fortsätta läsa|fortsätt läsa|läsa hela|läs hela|hela artikeln"),
            (Reserved, "bara för|endast för|exklusiv|förbehåll|för dig som är"),
            (Audience, "prenumerant|medlem"),
            (Remains, "återstår|kvar"),
            (Text, "artikel|text"),
            (UsedUp, "har läst|gräns"),
            (Free, "gratis|fria"),
            (Comment, "komment"),
            (Other, "nyhetsbrev|podd|lyssna|varukorg|appen|notis"),
        ],
        // Danish and Norwegian
        &[
            (Door, "abonner|abonnement|abonnér|log ind|logg inn|opret|registrer|bliv medlem|bli medlem|bli abonnent|bliv abonnent|køb abonnement|kjøp abonnement"),
            (Purchase, "køb|kjøp|lås op|lås opp"),
            (This, "denne artikel|denne artikkelen|denne saken|artiklen|artikkelen"),
            (Ahead, "læse videre|læs videre|lese videre|les videre|læse hele|læs hele|lese hele|les hele|fortsæt med at læse|fortsette å lese"),
            (Reserved, "kun for|forbeholdt|eksklusiv|bare for"),
            (Audience, "abonnent|medlem"),
            (Remains, "mangler|resterer|gjenstår|tilbage"),
            (Text, "artikel|artikkel|sak|tekst"),
            (UsedUp, "har læst|har lest|grænse|grense"),
            (Free, "gratis"),
            (Comment, "komment"),
            (Other, "nyhedsbrev|nyhetsbrev|podcast|podkast|lyt|kurv|appen|notifikation"),
        ],
        // Czech
        &[
            (Door, "předplatné|předplaťte|předplat|přihlaste|přihlásit|přihlášení|registr|vytvořte si|staňte se"),
            (Purchase, "koupit|kupte|odemkn"),
            (This, "tento článek|tohoto článku|článek"),
            (Ahead, "číst dál|čtěte dál|pokračovat ve čtení|dočíst|celý článek|celý text|zbytek článku"),
            (Reserved, "pouze pro|jen pro|exkluziv|určen"),
            (Audience, "předplatitel|člen"),
            (Remains, "zbývá"),
            (Text, "člán|text"),
            (UsedUp, "přečetli|limit|vyčerpa"),
            (Free, "zdarma|bezplat"),
            (Comment, "koment|diskus"),
            (Other, "newsletter|podcast|poslech|poslouch|košík|aplikac|upozorn"),
        ],
        // Korean
        &[
            (Door, "구독|로그인|회원가입|가입"),
            (Purchase, "구매"),
            (This, "이 기사|이 글|이 콘텐츠"),
            (Ahead, "계속 읽|이어서 읽|전문을|전체 기사|기사 전문|나머지 내용"),
            (Reserved, "전용|한정|만 볼 수"),
            (Audience, "구독자|회원|멤버"),
            (Remains, "남았|남은"),
            (Text, "기사|글"),
            (UsedUp, "모두 읽|한도"),
            (Free, "무료"),
            (Comment, "댓글"),
            (Other, "뉴스레터|팟캐스트|장바구니|알림|앱"),
        ],
        // Turkish
        &[
            (Door, "abone ol|abonelik|giriş yap|kayıt ol|üye ol|hesap oluştur"),
            (Purchase, "satın al|kilidini aç"),
            (This, "bu yazı|bu haber|bu içerik|bu makale"),
            (Ahead, "okumaya devam|devamını oku|tamamını oku|haberin devamı|yazının devamı"),
            (Reserved, "sadece|yalnızca|özel"),
            (Audience, "abone|üyeler|üyelere"),
            (Remains, "kaldı|kalan"),
            (Text, "yazı|haber|makale|içerik"),
            (UsedUp, "okudunuz|sınır|limit"),
            (Free, "ücretsiz"),
            (Comment, "yorum"),
            (Other, "bülten|podcast|dinle|sepet|bildirim|uygulama"),
        ],
    ]
};

#[cfg(test)]
mod tests {
    use super::{GateSign, GateWords};
    use crate::lexicon::NormalizedText;

    fn sign(line: &str) -> GateSign {
        GateWords::get().topics(&NormalizedText::new(line)).sign()
    }

    #[test]
    fn gates_in_any_wording() {
        for line in [
            "Log in or register to read the whole article",
            "Wer weiterlesen möchte, kann sich hier registrieren",
            "Connectez-vous pour lire la suite",
            "Inicia sesión para continuar leyendo",
            "Per continuare a leggere, accedi o abbonati",
            "Log in of neem een abonnement en lees verder",
            "Zaloguj się, aby czytać dalej",
            "Entre ou assine para continuar lendo",
            "Войдите, чтобы читать дальше",
            "ログインして続きを読む",
            "登录后阅读全文",
            "Logga in för att läsa vidare",
            "Log ind for at læse videre",
            "로그인하고 계속 읽기",
            "Devamını okumak için giriş yapın",
        ] {
            assert_eq!(sign(line), GateSign::Gate, "{line}");
        }
        assert_eq!(sign("For members only"), GateSign::Reserved);
        assert_eq!(sign("You have 62 % of the article left"), GateSign::Remaining);
        assert_eq!(sign("この記事は残り1,200文字です"), GateSign::Remaining);
        assert_eq!(sign("You've read your last free article"), GateSign::UsedUp);
        assert_eq!(sign("Mit Werbung lesen und zustimmen"), GateSign::ConsentOrPay);
    }

    #[test]
    fn words_of_other_languages_say_nothing_on_a_page() {
        let sign_in = |line: &str, language| {
            GateWords::get().topics(&NormalizedText::new(line)).sign_in(language)
        };
        for line in ["Accreditation and Associations", "Entrepreneurship"] {
            assert_eq!(sign_in(line, Some("en-GB")), GateSign::None, "{line}");
            assert_eq!(sign_in(line, None), GateSign::Offer, "{line}");
        }
        assert_eq!(sign_in("Associati", Some("it")), GateSign::Offer);
        assert_eq!(sign_in("Logg inn", Some("nb")), GateSign::Offer);
        assert_eq!(sign_in("Subscribe", Some("fi")), GateSign::Offer);
    }

    #[test]
    fn offers_and_other_requests_are_no_gates() {
        for line in ["Subscribe", "Jetzt abonnieren", "Support us with a donation", "Se connecter"]
        {
            assert_eq!(sign(line), GateSign::Offer, "{line}");
        }
        for line in [
            "January 28, 2025 11:30 am",
            "How to pick the perfect sleeping bag",
            "Subscribe to our podcast",
            "49 €",
        ] {
            assert_eq!(sign(line), GateSign::None, "{line}");
        }
    }
}
