//! What leaves the program by itself: mail, and requests to other programs. The only place that opens a connection to somewhere.
//!
//! Nothing here waits in a runtime: it is called on threads of its own.

mod mail;
mod post;

pub use mail::{Mail, MailError};
pub use post::{Networks, Post, PostError, signature};

use app::reminder::carry::{Carrier, Letter, Way};
use serde_json::json;

/// Hands reminders to a program of the company's: a chat robot, a gateway of its own.
pub struct Hook {
    post: Post,
    url: String,
    secret: String,
}

impl Hook {
    /// The operator of the machine names it, so it may be in the company's own network.
    pub fn new(url: String, secret: String) -> Self {
        Self {
            post: Post::new(Networks::Any),
            url,
            secret,
        }
    }
}

impl Carrier for Hook {
    fn way(&self) -> Way {
        Way::Post
    }

    fn carry(&self, letter: &Letter) -> Result<(), String> {
        let mut body = json!({
            "id": letter.id, "event": "reminder", "why": letter.why, "member": letter.member, "unit": letter.unit,
            "zh": letter.text.zh, "en": letter.text.en,
        });
        if let Some(duty) = &letter.duty {
            body["record"] = json!(duty.record);
            body["number"] = json!(duty.number);
            body["due_at"] = json!(duty.due_at);
        }
        let id = letter.id.to_string();
        self.post
            .send(
                &self.url,
                &self.secret,
                (&id, "reminder"),
                (letter.sent_at, body.to_string()),
            )
            .map_err(|error| error.to_string())
    }
}

impl app::webhook::Post for Post {
    fn check(&self, url: &str) -> Result<(), String> {
        Post::check(self, url).map_err(|error| error.to_string())
    }

    fn send(
        &self,
        webhook: &app::webhook::Webhook,
        delivery: (&str, &str),
        now: domain::time::Instant,
        body: String,
    ) -> Result<(), String> {
        Post::send(
            self,
            &webhook.asked.url,
            &webhook.secret,
            delivery,
            (now, body),
        )
        .map_err(|error| error.to_string())
    }
}
