//! A provider as it answers over HTTP: where its pages are, its keys, and whom it names.
//!
//! What is known of it is fetched when it is first needed, again after an hour, and at once where a signature names a key that is not known:
//! providers change their keys. A server so starts without it. Nothing follows a redirect, and nothing waits for longer than ten seconds.

use super::Newcomer;
use crate::account::AccountError;
use chrono::{DateTime, Utc};
use domain::time::Instant;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdTokenClaims, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl,
    LogoutRequest, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier,
    PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl, RequestTokenError, Scope,
    SignatureVerificationError, TokenResponse as _,
};
use rustls::crypto::ring::default_provider;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use ureq::tls::{RootCerts, TlsConfig};

/// How long the provider may take, and how long what it said of itself is believed.
const PATIENCE: Duration = Duration::from_secs(10);
const BELIEVED: i64 = 3_600_000_000;
/// Keys that are not known are asked for so often at most.
const AGAIN: i64 = 10_000_000;
/// A provider that did not answer is left alone for so long.
const SILENT: i64 = 5_000_000;
/// The longest answer that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// Which of the provider's words names the login of an account here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Claim {
    /// The e-mail address, if the provider has verified it.
    #[default]
    Email,
    /// The subject.
    Subject,
    /// `preferred_username`.
    Username,
}

/// Which provider, and what is made of its words.
#[derive(Clone, Debug)]
pub struct Settings {
    pub issuer: String,
    pub client: String,
    pub secret: Option<String>,
    /// Where browsers reach this server: `https://guanjia.example.com`.
    pub here: String,
    pub claim: Claim,
    /// What the button says.
    pub name: Option<String>,
    pub newcomer: Option<Newcomer>,
}

/// Where a browser comes back to.
const RETURN: &str = "/api/openid/return";

/// What shows that a return belongs to a beginning.
pub(super) struct Proof {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
}

/// Somebody as the provider names him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Issuer and subject: his alone for ever.
    pub subject: String,
    /// The claim that names a login here.
    pub login: Option<String>,
    pub name: Option<String>,
}

/// Why no answer came. The words are for the log.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Silent(String);

/// A provider with what is known of it.
pub struct Provider {
    settings: Settings,
    issuer: IssuerUrl,
    agent: ureq::Agent,
    heard: Mutex<Heard>,
}

/// What the provider said of itself, and when it last did not answer.
#[derive(Default)]
struct Heard {
    metadata: Option<(ProviderMetadataWithLogout, Instant)>,
    silent: Option<(AccountError, Instant)>,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, form: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        form.debug_tuple("Provider")
            .field(&self.settings.issuer)
            .finish()
    }
}

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Over TLS, or on this machine.
fn is_safe(address: &str) -> bool {
    let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    address.starts_with("https://")
        || local.iter().any(|at| {
            address
                .strip_prefix(at)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
        })
}

impl Provider {
    /// # Errors
    /// In words: an address that is none, or that is not reached over TLS.
    pub fn new(mut settings: Settings) -> Result<Self, String> {
        settings.here = settings.here.trim_end_matches('/').to_owned();
        for address in [&settings.issuer, &settings.here] {
            if !is_safe(address) {
                return Err(format!("{address}: https://…"));
            }
        }
        let issuer = IssuerUrl::new(settings.issuer.clone())
            .map_err(|error| format!("{}: {error}", settings.issuer))?;
        RedirectUrl::new(format!("{}{RETURN}", settings.here))
            .map_err(|error| format!("{}: {error}", settings.here))?;
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(default_provider()))
            // What the machine trusts: a company's provider often has a certificate of the company's own.
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            // Seldom asked: a connection that was kept would be closed by the provider meanwhile.
            .max_idle_connections(0)
            .tls_config(tls)
            .build()
            .new_agent();
        Ok(Self {
            settings,
            issuer,
            agent,
            heard: Mutex::default(),
        })
    }

    /// What the button says; the issuer's host where nothing else was settled.
    pub fn name(&self) -> &str {
        let host = self.issuer.url().host_str().unwrap_or_default();
        self.settings.name.as_deref().unwrap_or(host)
    }

    pub(super) fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    pub(super) fn newcomer(&self) -> Option<&Newcomer> {
        self.settings.newcomer.as_ref()
    }

    fn ask(&self, request: HttpRequest) -> Result<HttpResponse, Silent> {
        let (parts, body) = request.into_parts();
        let silent = |error: ureq::Error| Silent(error.to_string());
        let answer = if parts.method == "POST" {
            let mut asked = self.agent.post(parts.uri.to_string());
            for (name, value) in &parts.headers {
                asked = asked.header(name, value);
            }
            asked.send(&body)
        } else {
            let mut asked = self.agent.get(parts.uri.to_string());
            for (name, value) in &parts.headers {
                asked = asked.header(name, value);
            }
            asked.call()
        };
        let (parts, mut body) = answer.map_err(silent)?.into_parts();
        let read = body.with_config().limit(LONGEST).read_to_vec();
        Ok(HttpResponse::from_parts(parts, read.map_err(silent)?))
    }

    /// What the provider says of itself.
    fn known(&self, now: Instant, since: i64) -> Result<ProviderMetadataWithLogout, AccountError> {
        // One asks, the others wait for what he hears, and do not ask a silent one again at once.
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let within = |at: Instant, span: i64| (0..span).contains(&now.since(at));
        if let Some((metadata, at)) = &heard.metadata
            && within(*at, since)
        {
            return Ok(metadata.clone());
        }
        if let Some((error, at)) = &heard.silent
            && within(*at, SILENT)
        {
            return Err(error.clone());
        }
        let ask = |request| self.ask(request);
        match ProviderMetadataWithLogout::discover(&self.issuer, &ask) {
            Ok(metadata) => {
                heard.metadata = Some((metadata.clone(), now));
                Ok(metadata)
            }
            Err(error) => {
                let error = unavailable(&error);
                heard.silent = Some((error.clone(), now));
                Err(error)
            }
        }
    }

    fn client(&self, metadata: ProviderMetadataWithLogout) -> Result<Client, AccountError> {
        let address = RedirectUrl::new(format!("{}{RETURN}", self.settings.here))
            .map_err(|error| unavailable(&error))?;
        let secret = self.settings.secret.clone().map(ClientSecret::new);
        let id = ClientId::new(self.settings.client.clone());
        Ok(CoreClient::from_provider_metadata(metadata, id, secret).set_redirect_uri(address))
    }

    /// The provider's page for this beginning.
    pub(super) fn begin(&self, proof: &Proof, now: Instant) -> Result<String, AccountError> {
        let client = self.client(self.known(now, BELIEVED)?)?;
        let (state, nonce) = (proof.state.clone(), proof.nonce.clone());
        let verifier = PkceCodeVerifier::new(proof.verifier.clone());
        let (address, ..) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || CsrfToken::new(state),
                || Nonce::new(nonce),
            )
            .add_scope(Scope::new("email".into()))
            .add_scope(Scope::new("profile".into()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(address.into())
    }

    /// Whom the provider names for a code.
    pub(super) fn end(
        &self,
        code: &str,
        proof: &Proof,
        now: Instant,
    ) -> Result<Person, AccountError> {
        let client = self.client(self.known(now, BELIEVED)?)?;
        let ask = |request| self.ask(request);
        let answer = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|error| unavailable(&error))?
            .set_pkce_verifier(PkceCodeVerifier::new(proof.verifier.clone()))
            .request(&ask)
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(said) => refused(&said.error()),
                error => unavailable(&error),
            })?;
        let claims = match self.claims(&client, &answer, proof, now) {
            // It may have new keys since.
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                let client = self.client(self.known(now, AGAIN)?)?;
                self.claims(&client, &answer, proof, now)
            }
            claims => claims,
        }
        .map_err(|error| refused(&error))?;
        self.person(&client, &answer, &claims)
    }

    /// The claims of a token that is signed by the provider, for this server, for this beginning, and has not run out.
    fn claims(
        &self,
        client: &Client,
        answer: &CoreTokenResponse,
        proof: &Proof,
        now: Instant,
    ) -> Result<CoreIdTokenClaims, ClaimsVerificationError> {
        let now = DateTime::<Utc>::from_timestamp_micros(now.micros()).unwrap_or_default();
        let verifier = client.id_token_verifier().set_time_fn(move || now);
        let token = answer.id_token();
        let token = token.ok_or_else(|| ClaimsVerificationError::Other("no id_token".into()))?;
        let claims = token.claims(&verifier, &Nonce::new(proof.nonce.clone()))?;
        if let Some(expected) = claims.access_token_hash() {
            let found = AccessTokenHash::from_token(
                answer.access_token(),
                token
                    .signing_alg()
                    .map_err(|error| ClaimsVerificationError::Other(error.to_string()))?,
                token
                    .signing_key(&verifier)
                    .map_err(|error| ClaimsVerificationError::Other(error.to_string()))?,
            );
            if found.ok().as_ref() != Some(expected) {
                return Err(ClaimsVerificationError::Other("at_hash".into()));
            }
        }
        Ok(claims.clone())
    }

    fn person(
        &self,
        client: &Client,
        answer: &CoreTokenResponse,
        claims: &CoreIdTokenClaims,
    ) -> Result<Person, AccountError> {
        let own = claims.subject().clone();
        let said = |claims: &CoreIdTokenClaims| match self.settings.claim {
            Claim::Subject => Some(claims.subject().to_string()),
            Claim::Username => claims.preferred_username().map(|name| name.to_string()),
            Claim::Email => claims
                .email()
                .filter(|_| claims.email_verified() == Some(true))
                .map(|email| email.to_string()),
        };
        let called = |name: Option<&openidconnect::LocalizedClaim<openidconnect::EndUserName>>| {
            let name = name?.get(None)?;
            Some(name.to_string()).filter(|name| !name.trim().is_empty())
        };
        let mut person = Person {
            subject: format!("{} {}", self.settings.issuer, own.as_str()),
            login: said(claims),
            name: called(claims.name()),
        };
        // Many tell no more than the subject in the token itself.
        if person.login.is_none()
            && let Ok(asked) = client.user_info(answer.access_token().clone(), Some(own))
        {
            let ask = |request| self.ask(request);
            let more: CoreUserInfoClaims = asked.request(&ask).map_err(|error| refused(&error))?;
            person.login = match self.settings.claim {
                Claim::Subject => None,
                Claim::Username => more.preferred_username().map(|name| name.to_string()),
                Claim::Email => more
                    .email()
                    .filter(|_| more.email_verified() == Some(true))
                    .map(|email| email.to_string()),
            };
            person.name = person.name.or_else(|| called(more.name()));
        }
        person.login = person.login.filter(|login| !login.trim().is_empty());
        Ok(person)
    }

    /// The provider's page that ends the session there too, and leads back; `None` if it has none, or does not answer.
    pub fn sign_out(&self, now: Instant) -> Option<String> {
        let metadata = self.known(now, BELIEVED).ok()?;
        let page = metadata
            .additional_metadata()
            .end_session_endpoint
            .clone()?;
        let back = PostLogoutRedirectUrl::new(format!("{}/", self.settings.here)).ok()?;
        let asked = LogoutRequest::from(page)
            .set_client_id(ClientId::new(self.settings.client.clone()))
            .set_post_logout_redirect_uri(back);
        Some(asked.http_get_url().into())
    }
}

/// What the provider said proves nothing. Why is for the log: neither code nor token stands in it.
fn refused(why: &dyn std::fmt::Display) -> AccountError {
    AccountError::OpenIdRefused(why.to_string())
}

fn unavailable(why: &dyn std::error::Error) -> AccountError {
    let source = why.source().map(|source| format!(": {source}"));
    AccountError::OpenIdUnavailable(format!("{why}{}", source.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_reached_over_tls_or_on_this_machine() {
        for address in [
            "https://id.example.com",
            "http://127.0.0.1:8080",
            "http://localhost",
            "http://[::1]:1/x",
        ] {
            assert!(is_safe(address), "{address}");
        }
        for address in [
            "http://id.example.com",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "ftp://x",
            "",
        ] {
            assert!(!is_safe(address), "{address}");
        }
    }
}
