//! `mesto news`, and `mesto admin notice publish|list|withdraw`: news, works and outages.

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use mesto_client::NoticeView;
use mesto_client::protocol::base::notices::{NewNotice, ServiceNotice, ServiceNoticeKind};
use mesto_client::protocol::kernel::ids::NoticeId;
use mesto_client::rules::Texts;
use mesto_client::{Locale, TextValue};
use mesto_operator::KeptNotice;
use serde_json::{Value, json};

use crate::base::operator::{looked_at, made, now, opened, refused, said_why};
use crate::kernel::args::{PhoneArgs, StoreArgs, moment};
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::output::{Tone, table};
use crate::kernel::phone::Phone;
use crate::kernel::service::{Commands, Run, Service};

pub const SERVICE: Service = Service {
    commands: Some(Commands::of::<Command>()),
    tools: Some(Commands::of::<Tool>()),
    ..Service::named("notices")
};

#[derive(Debug, Subcommand)]
enum Command {
    /// News, works and outages of the city; what is kept where there is no network.
    News {
        /// Mark all of it as read.
        #[arg(long)]
        read: bool,
        #[command(flatten)]
        at: PhoneArgs,
    },
}

#[derive(Debug, Subcommand)]
enum Tool {
    /// News, works and outages.
    #[command(subcommand)]
    Notice(NoticeTool),
}

#[derive(Debug, Subcommand)]
enum NoticeTool {
    /// Publish a notice at once.
    Publish(PublishArgs),
    /// Every notice, oldest first, with those that were withdrawn.
    List {
        /// From this moment on (RFC 3339).
        #[arg(long, value_parser = moment)]
        since: Option<DateTime<Utc>>,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Withdraw a notice: it is told no more.
    Withdraw {
        /// The notice, as `mesto admin notice list` names it: nt_...
        notice: NoticeId,
        /// Why, for the audit log; nobody's name.
        #[arg(long, value_parser = said_why)]
        reason: String,
        #[command(flatten)]
        store: StoreArgs,
    },
}

#[derive(Debug, Args)]
struct PublishArgs {
    /// news, planned_works, urgent_works, outage, tariff_change or terms_change.
    #[arg(value_parser = kind)]
    kind: ServiceNoticeKind,
    /// The city it is about; all without it.
    #[arg(long = "for", value_name = "CITY")]
    about: Option<String>,
    /// A service that it is about, such as rides; all without it.
    #[arg(long = "service", value_name = "NAME")]
    services: Vec<String>,
    /// One line in a language, such as kk=...; once for every language of the city.
    #[arg(long = "title", value_name = "LANGUAGE=TEXT", value_parser = in_language, required = true)]
    titles: Vec<(String, String)>,
    /// What it says in a language.
    #[arg(long = "text", value_name = "LANGUAGE=TEXT", value_parser = in_language, required = true)]
    texts: Vec<(String, String)>,
    /// When it begins (RFC 3339); works have it.
    #[arg(long, value_parser = moment)]
    from: Option<DateTime<Utc>>,
    /// When it ends (RFC 3339); works have it.
    #[arg(long, value_parser = moment)]
    until: Option<DateTime<Utc>>,
    #[command(flatten)]
    store: StoreArgs,
}

fn kind(typed: &str) -> Result<ServiceNoticeKind, String> {
    let kind = ServiceNoticeKind::read(&typed.replace('-', "_"));
    if kind.is_known() { Ok(kind) } else { Err(format!("a notice is one of {}", ServiceNoticeKind::KNOWN.join(", "))) }
}

fn in_language(typed: &str) -> Result<(String, String), String> {
    match typed.split_once('=') {
        Some((language, text)) if !language.is_empty() && !text.trim().is_empty() => {
            Ok((language.to_owned(), text.to_owned()))
        }
        _ => Err("write the language before the text, such as ru=\"Работы\"".to_owned()),
    }
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        let Self::News { read, at } = self;
        call.ask(news(read, at, call))
    }
}

async fn news(read: bool, at: PhoneArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&at, call).await?;
    let notices = phone.core.notices();
    let fetched = notices.refresh(&phone.city).await;
    // What is kept is told without a network too.
    let state = notices.state();
    if let Err(error) = fetched
        && state.notices.is_empty()
    {
        return phone.done(Err(error));
    }
    if read {
        phone.done(notices.mark_all_read())?;
    }
    call.say(state.as_ref(), || {
        if state.notices.is_empty() {
            return phone.show.word("notices-none");
        }
        let unread = phone.show.text("notices-unread", &[("count", TextValue::Number(state.unread.into()))]);
        let told = state.notices.iter().map(|notice| entry(&phone, notice));
        std::iter::once(unread).chain(told).collect::<Vec<_>>().join("\n\n")
    });
    Ok(())
}

fn entry(phone: &Phone, notice: &NoticeView) -> String {
    let title = match notice.is_read {
        true => notice.title.clone(),
        false => phone.show.paint(Tone::Good, &format!("{} *", notice.title)),
    };
    let mut lines = vec![format!("{}  {title}", phone.show.of_year(notice.published_at))];
    if let Some(begins_at) = notice.begins_at {
        let until = notice.ends_at.map(|at| format!(" - {}", phone.show.of_year(at))).unwrap_or_default();
        lines.push(format!("{}{until}", phone.show.of_year(begins_at)));
    }
    lines.push(notice.body.clone());
    lines.join("\n")
}

impl Run for Tool {
    fn run(self, call: Call) -> Outcome<()> {
        let Self::Notice(tool) = self;
        match tool {
            NoticeTool::Publish(args) => publish(args, call),
            NoticeTool::List { since, store } => list(since, &store, call),
            NoticeTool::Withdraw { notice, reason, store } => {
                let (operator, store) = opened(&store)?;
                let withdrawn = operator.withdraw_notice(store.as_ref(), now(), notice, &reason).map_err(refused)?;
                call.say(&withdrawn, || call.style.paint(Tone::Good, &format!("{notice} is told no more.")));
                Ok(())
            }
        }
    }
}

fn publish(args: PublishArgs, call: Call) -> Outcome<()> {
    let PublishArgs { kind, about, services, titles, texts, from, until, store } = args;
    let (operator, store) = made(&store)?;
    let (title, body) = (by_language("title", titles)?, by_language("text", texts)?);
    let asked = NewNotice { kind, city: about, services, title, body, begins_at: from, ends_at: until };
    let published: ServiceNotice = operator.publish_notice(store.as_ref(), now(), &asked).map_err(refused)?;
    call.say(&published, || {
        call.style.paint(Tone::Good, &format!("Published: {} {}", published.id, published.title.get(Locale::En.tag())))
    });
    Ok(())
}

/// Texts of which no language stands twice.
fn by_language(what: &str, said: Vec<(String, String)>) -> Outcome<Texts> {
    let mut texts = Texts::default();
    for (language, text) in said {
        if texts.0.insert(language.clone(), text).is_some() {
            let detail = format!("the {what} in {language} is there twice");
            return Err(CliError::new(Exit::Usage, "said_twice", detail));
        }
    }
    Ok(texts)
}

fn list(since: Option<DateTime<Utc>>, store: &StoreArgs, call: Call) -> Outcome<()> {
    let (operator, store) = looked_at(store)?;
    let notices = operator.notices(store.as_ref(), since).map_err(|why| CliError::failed("the notices", why))?;
    let told: Vec<Value> = notices
        .iter()
        .map(|KeptNotice { notice, withdrawn_at }| {
            let mut told = serde_json::to_value(notice).unwrap_or_default();
            if let (Some(at), Some(fields)) = (withdrawn_at, told.as_object_mut()) {
                fields.insert("withdrawn_at".to_owned(), json!(at));
            }
            told
        })
        .collect();
    call.say(&told, || {
        let row = |KeptNotice { notice, withdrawn_at }: &KeptNotice| {
            let time = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M UTC").to_string();
            vec![
                notice.id.to_string(),
                notice.kind.to_string(),
                notice.city.as_ref().map_or_else(|| "all".to_owned(), ToString::to_string),
                time(notice.published_at),
                withdrawn_at.map(time).unwrap_or_default(),
                notice.title.get(Locale::En.tag()).to_owned(),
            ]
        };
        let rows: Vec<Vec<String>> = notices.iter().map(row).collect();
        table(&["notice", "kind", "city", "published", "withdrawn", "title"], &rows)
    });
    Ok(())
}
