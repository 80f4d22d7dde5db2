//! Mail, by SMTP.

use app::reminder::carry::{Carrier, Letter, Way};
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, header};
use lettre::transport::smtp::{Error, SmtpTransport};
use lettre::{Message, Transport as _};
use std::time::Duration;

/// For each answer of the server.
const PATIENCE: Duration = Duration::from_secs(15);

/// Carries reminders by mail.
pub struct Mail {
    transport: SmtpTransport,
    from: Mailbox,
}

#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error(
        "SMTP 地址应形如 smtps://user:password@host 或 smtp://host:25 (the address of the SMTP server is not understood)"
    )]
    Server,
    #[error("发件人应形如 管家 <duty@example.com> (the sender is no mail address)")]
    From,
}

impl Mail {
    /// `server`: `smtps://user:password@host`, `smtp://host:25?tls=required`; `from`: `Name <name@example.com>`.
    ///
    /// # Errors
    /// One of the two cannot be understood; what was given stands in no error.
    pub fn new(server: &str, from: &str) -> Result<Self, MailError> {
        let transport = SmtpTransport::from_url(server).map_err(|_| MailError::Server)?;
        Ok(Self {
            transport: transport.timeout(Some(PATIENCE)).build(),
            from: from.parse().map_err(|_| MailError::From)?,
        })
    }

    fn message(&self, letter: &Letter) -> Result<Message, String> {
        let to = letter.address.as_deref().unwrap_or_default();
        let to: Mailbox = to.parse().map_err(|_| "收件地址不对 (no mail address)")?;
        let text = &letter.text;
        // The same however often it is sent, so that a mailbox may tell a second copy.
        let host = self.from.email.domain();
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(text.zh.clone())
            .message_id(Some(format!("<{}@{host}>", letter.id)))
            .header(header::MIME_VERSION_1_0)
            .header(ContentType::TEXT_PLAIN)
            .body(format!("{}\n\n{}\n", text.zh, text.en))
            .map_err(|_| "邮件无法写成 (the message cannot be made)".to_owned())
    }
}

impl Carrier for Mail {
    fn way(&self) -> Way {
        Way::Mail
    }

    fn carry(&self, letter: &Letter) -> Result<(), String> {
        let message = self.message(letter)?;
        self.transport
            .send(&message)
            .map(|_| ())
            .map_err(|error| said(&error))
    }
}

/// What went wrong, without what the server said: that may name the receiver.
fn said(error: &Error) -> String {
    if let Some(code) = error.status() {
        return format!("邮件服务器答 {code} (the mail server answered {code})");
    }
    let (zh, en) = if error.is_timeout() {
        (
            "邮件服务器没有应答",
            "the mail server did not answer in time",
        )
    } else if error.is_tls() {
        (
            "与邮件服务器的 TLS 连接不成",
            "TLS with the mail server failed",
        )
    } else {
        ("邮件服务器连接不上", "the mail server was not reached")
    };
    format!("{zh} ({en})")
}
