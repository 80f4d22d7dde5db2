//! How words reach somebody who is not signed in: a text to his telephone, say.
//!
//! Which company carries texts, and by which interface, differs from place to place, so the program hands them to another program: one that
//! the operator names, started for each message with its JSON on standard input. What is sent stands in no log.

use domain::name::Text;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Words for one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// His telephone number, as he gave it.
    pub to: String,
    /// Stable, for templates: `sign-in-code`, `confirm-phone`.
    pub purpose: &'static str,
    /// What a template asks for, beside the purpose.
    pub code: String,
    pub text: Text,
}

/// Carries messages.
pub trait Sender: Send + Sync {
    /// Hands one over; it may not have arrived yet.
    ///
    /// # Errors
    /// Why not, for the log: without the message.
    fn send(&self, message: &Message) -> Result<(), String>;
}

/// How long a program may take for one message.
const PATIENCE: Duration = Duration::from_secs(10);

/// A program that carries messages: it reads one as JSON (`to`, `purpose`, `code`, `zh`, `en`) and ends with 0.
#[derive(Clone, Debug)]
pub struct Program(pub PathBuf);

impl Sender for Program {
    fn send(&self, message: &Message) -> Result<(), String> {
        let Message {
            to,
            purpose,
            code,
            text,
        } = message;
        let said = serde_json::json!({"to": to, "purpose": purpose, "code": code, "zh": text.zh, "en": text.en});
        let mut child = Command::new(&self.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())?;
        if let Some(mut input) = child.stdin.take() {
            // A program that does not read says so by how it ends.
            let _ = input.write_all(said.to_string().as_bytes());
        }
        ended(&mut child)
    }
}

fn ended(child: &mut Child) -> Result<(), String> {
    let begun = Instant::now();
    loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(status.to_string()),
            None if begun.elapsed() > PATIENCE => {
                let _ = child.kill();
                let _ = child.wait();
                return Err("it took too long".to_owned());
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}
