//! The letter with which somebody is invited: one A4 page to print, fold and hand over.
//!
//! It is HTML because every office can print that, without a font of ours: the page asks for the
//! computer's own Chinese and Latin fonts. It holds a secret, so it is written to a file of its own
//! and never to a log.

use std::fmt::Write as _;

use jiff::tz::TimeZone;
use linli_wire::{
    Code, Language,
    community::{Community, Person},
    join::Invitation,
};

use crate::{Error, qr};

/// A letter for `person`, in their language.
///
/// # Errors
/// `internal` when the link does not fit into a QR code.
pub fn html(
    community: &Community,
    person: &Person,
    home: &[String],
    invitation: &Invitation,
) -> Result<String, Error> {
    let words = Words::of(&person.language);
    let name = escape(community.name.in_language(&person.language));
    let qr = qr::svg(&qr::code(&invitation.link)?);
    let mut page = String::new();
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"robots\" content=\"noindex\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<header><p class=\"community\">{name}</p><p class=\"home\">{home}</p></header>\n\
         <h1>{greeting}</h1>\n<p>{intro}</p>\n<ol>\n<li>{install}</li>\n<li>{scan}</li>\n<li>{done}</li>\n</ol>\n\
         <section class=\"code\">\n{qr}\n\
         <div><p>{or_type}</p>\n<dl><dt>{address}</dt><dd>{server}</dd><dt>{code_word}</dt><dd class=\"short\">{code}</dd></dl></div>\n</section>\n\
         <p class=\"until\">{until}</p>\n<p>{secret}</p>\n<footer><p>{help}</p><p class=\"phone\">{phone}</p><p>{hours}</p><p>{office}</p></footer>\n</main>\n</body>\n</html>\n",
        lang = person.language,
        title = escape(&format!("{} {}", words.title, person.name)),
        home = escape(&home.join(words.comma)),
        greeting = escape(&words.greeting.replace("{name}", &person.name)),
        intro = words.intro.replace("{community}", &name),
        install = words.install,
        scan = words.scan,
        done = words.done,
        or_type = words.or_type,
        address = words.address,
        server = escape(&invitation.server),
        code_word = words.code,
        code = escape(&invitation.code),
        until = escape(&words.until.replace("{date}", &until(community, person, invitation)?)),
        secret = words.secret,
        help = words.help,
        phone = escape(&community.office.phone),
        hours = escape(community.office.hours.in_language(&person.language)),
        office = escape(community.office.address.in_language(&person.language)),
    );
    Ok(page)
}

/// The day and hour at which the letter stops working, on the community's clock and in the person's
/// language.
///
/// # Errors
/// `internal` for a time zone that this computer does not know.
pub fn until(community: &Community, person: &Person, invitation: &Invitation) -> Result<String, Error> {
    let trouble = |_| Error::refused(Code::Internal, "the time zone of the community is not known");
    let zone = TimeZone::get(&community.time_zone).map_err(trouble)?;
    let moment = jiff::Timestamp::from_millisecond(invitation.expires_at.0).map_err(trouble)?.to_zoned(zone);
    Ok(match person.language.as_str() {
        "zh" => moment.strftime("%Y年%-m月%-d日 %H:%M").to_string(),
        _ => moment.strftime("%-d %B %Y, %H:%M").to_string(),
    })
}

/// Text for HTML, in elements and in quoted attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// The words of a letter.
struct Words {
    title: &'static str,
    greeting: &'static str,
    intro: &'static str,
    install: &'static str,
    scan: &'static str,
    done: &'static str,
    or_type: &'static str,
    address: &'static str,
    code: &'static str,
    until: &'static str,
    secret: &'static str,
    help: &'static str,
    comma: &'static str,
}

impl Words {
    fn of(language: &Language) -> &'static Self {
        if language.as_str() == "zh" { &ZH } else { &EN }
    }
}

const EN: Words = Words {
    title: "Invitation for",
    greeting: "Dear {name},",
    intro: "with Linli you read the notices of {community} on your phone or computer, also without a network, and in large text if you like.",
    install: "Install Linli from your app store, or ask us for it.",
    scan: "Open it, tap <b>Scan the letter</b>, and hold this page in front of the camera.",
    done: "That is all. There is no password to remember.",
    or_type: "If scanning does not work, type this instead:",
    address: "Address",
    code: "Code",
    until: "The code works once, until {date}.",
    secret: "It is meant for you alone: whoever has this letter can join in your name. If it gets lost, call us and we print a new one.",
    help: "We gladly help, on the phone or in person:",
    comma: ", ",
};

const ZH: Words = Words {
    title: "邀请信：",
    greeting: "{name}，您好！",
    intro: "装上“邻里”，在手机或电脑上就能看{community}的通知，没有网络也能看，字还可以放大。",
    install: "在应用商店里安装“邻里”，或者到物业来，我们帮您装。",
    scan: "打开后点<b>扫一扫信上的码</b>，把镜头对准下面的二维码。",
    done: "这样就好了，不用记密码。",
    or_type: "扫不了的话，请输入：",
    address: "小区地址",
    code: "邀请码",
    until: "邀请码只能用一次，{date}之前有效。",
    secret: "这封信只给您本人：谁拿到它，谁就能用您的名义加入。丢了请打电话，我们再给您印一份。",
    help: "有不明白的，打电话或者过来，我们很乐意帮忙：",
    comma: "、",
};

const STYLE: &str = "
@page { size: A4; margin: 22mm 24mm; }
* { box-sizing: border-box; }
body { margin: 0; color: #16201c; background: #fff; font: 13pt/1.6 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif; }
html[lang=zh] body { font-family: 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans', sans-serif; }
main { max-width: 162mm; margin: 0 auto; padding: 8mm 0; }
header { display: flex; justify-content: space-between; gap: 8mm; border-bottom: 1pt solid #16201c; }
header p { margin: 0 0 2mm; }
.community { font-weight: 700; }
h1 { font-size: 19pt; line-height: 1.3; margin: 10mm 0 4mm; }
ol { padding-left: 7mm; }
li { margin: 1mm 0; }
.code { display: flex; gap: 9mm; align-items: center; margin: 8mm 0; break-inside: avoid; }
.code svg { flex: none; width: 58mm; height: 58mm; border: 1pt solid #b9c4be; }
.code p { margin: 0 0 3mm; }
dl { margin: 0; }
dt { font-size: 11pt; color: #45524c; }
dd { margin: 0 0 3mm; font-family: 'Noto Sans Mono', Menlo, Consolas, monospace; overflow-wrap: anywhere; }
dd.short { font-size: 21pt; font-weight: 700; letter-spacing: 1pt; white-space: nowrap; }
.until { font-weight: 700; }
footer { margin-top: 12mm; padding-top: 3mm; border-top: 1pt solid #b9c4be; font-size: 11.5pt; }
footer p { margin: 0; }
.phone { font-size: 15pt; font-weight: 700; }
@media print { main { padding: 0; } }
";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use std::collections::BTreeMap;

    use linli_wire::{
        Language, Localized, Timestamp,
        community::{Community, Office, Person, Role, Visibility},
        id::{CommunityId, InvitationId, PersonId},
        join::Invitation,
    };
    use uuid::Uuid;

    use super::html;

    fn both(zh: &str, en: &str) -> Localized {
        Localized(BTreeMap::from([(Language::zh(), zh.to_owned()), (Language::en(), en.to_owned())]))
    }

    fn letter(name: &str, language: Language) -> String {
        let community = Community {
            id: CommunityId(Uuid::nil()),
            name: both("阳光花园", "Sunshine Garden"),
            time_zone: "Asia/Shanghai".to_owned(),
            currency: "CNY".to_owned(),
            languages: vec![Language::zh()],
            office: Office {
                phone: "+86 10 5550 0100".to_owned(),
                hours: both("每天 8:00–18:00", "Every day 8:00–18:00"),
                address: both("2 号楼一层", "Building 2"),
                opening: Vec::new(),
                holidays: Vec::new(),
            },
            categories: Vec::new(),
        };
        let person = Person {
            id: PersonId(Uuid::nil()),
            code: "P-0002".to_owned(),
            name: name.to_owned(),
            given_name: name.to_owned(),
            role: Role::Resident,
            household_id: None,
            language,
            simple: true,
            visible: Visibility::default(),
            joined: false,
            version: 1,
        };
        let invitation = Invitation {
            id: InvitationId(Uuid::nil()),
            person_id: person.id,
            link: "linli://join?server=https%3A%2F%2Flinli.example.org&code=23456789ABCDEFGHJKMNPQRSTV"
                .to_owned(),
            server: "https://linli.example.org".to_owned(),
            code: "K7QP-3MXR".to_owned(),
            // Just before midnight in London, the next morning in Shanghai.
            expires_at: Timestamp(1_798_761_540_000),
        };
        html(&community, &person, &["3-1201".to_owned()], &invitation).unwrap()
    }

    #[test]
    fn a_letter_speaks_the_language_of_its_reader_and_counts_by_the_communitys_clock() {
        let body = |page: String| page.split_once("<body>").unwrap().1.to_owned();
        insta::assert_snapshot!(body(letter("王秀英", Language::zh())));
        insta::assert_snapshot!(body(letter("Wang Mei", Language::en())));
    }

    #[test]
    fn a_name_cannot_become_a_part_of_the_page() {
        let page = letter("<script>alert('x')</script>&\"", Language::en());
        assert!(!page.contains("<script"), "{page}");
        assert!(page.contains("Dear &lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;,"));
    }
}
