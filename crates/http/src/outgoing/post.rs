//! Requests to other programs: signed, to addresses that were looked at, and never led on to others.
//!
//! An address is judged when the connection is made, by what its name resolves to then, and the connection goes to what was judged: a name
//! that leads elsewhere a moment later leads nowhere. No proxy of the environment is asked, redirects are not followed, and of an answer
//! only whether it was a yes is read.

use domain::time::Instant;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

/// For one request, from the name to the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where requests may go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Networks {
    /// The internet: no address of this machine, of its networks, or of none.
    #[default]
    Public,
    /// Local networks too.
    Any,
}

impl Networks {
    pub fn admit(self, address: IpAddr) -> bool {
        self == Self::Any || is_public(address)
    }
}

/// Why a request was not taken; shown to whoever keeps the subscription.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostError {
    #[error("地址应为 http:// 或 https:// 开头 (an address begins with http:// or https://)")]
    Address,
    #[error("地址在本机或内网，不予连接 (the address is in a private network)")]
    Private,
    #[error("地址连接不上 (the address was not reached)")]
    Unreached,
    #[error("限时内没有应答 (there was no answer in time)")]
    Slow,
    #[error("对方答 {0} (the answer was {0})")]
    Answer(u16),
}

/// Sends requests.
#[derive(Clone)]
pub struct Post {
    agent: Agent,
    networks: Networks,
}

impl Post {
    pub fn new(networks: Networks) -> Self {
        let provider = tokio_rustls::rustls::crypto::ring::default_provider();
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(provider))
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let config = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .max_idle_connections(0)
            .proxy(None)
            .user_agent("guanjia")
            .tls_config(tls)
            .build();
        let resolver = Judged {
            networks,
            inner: DefaultResolver::default(),
        };
        Self {
            agent: Agent::with_parts(config, DefaultConnector::default(), resolver),
            networks,
        }
    }

    /// Whether requests may go to an address by what it says and what its name resolves to now.
    ///
    /// # Errors
    /// `Address`, `Private`, `Unreached`.
    pub fn check(&self, url: &str) -> Result<(), PostError> {
        use std::net::ToSocketAddrs as _;
        let uri = parsed(url)?;
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let port = uri.port_u16().unwrap_or(443);
        let mut found = (host, port)
            .to_socket_addrs()
            .map_err(|_| PostError::Unreached)?
            .peekable();
        if found.peek().is_none() {
            return Err(PostError::Unreached);
        }
        if found.all(|address| self.networks.admit(address.ip())) {
            Ok(())
        } else {
            Err(PostError::Private)
        }
    }

    /// Sends a body, signed as of now, under an id that is the same however often it is sent.
    ///
    /// # Errors
    /// Whatever is not a yes.
    pub fn send(
        &self,
        url: &str,
        secret: &str,
        (id, event): (&str, &str),
        (now, body): (Instant, String),
    ) -> Result<(), PostError> {
        parsed(url)?;
        let at = now.micros().div_euclid(1_000_000);
        let answer = self
            .agent
            .post(url)
            .header("content-type", "application/json")
            .header("guanjia-delivery", id)
            .header("guanjia-event", event)
            .header("guanjia-signature", signature(secret, at, &body))
            .send(body)
            .map_err(|error| failed(&error))?;
        let status = answer.status();
        if status.is_success() {
            Ok(())
        } else {
            Err(PostError::Answer(status.as_u16()))
        }
    }
}

fn failed(error: &Error) -> PostError {
    match error {
        Error::Other(other) if other.is::<Refused>() => PostError::Private,
        Error::Timeout(_) => PostError::Slow,
        Error::BadUri(_) => PostError::Address,
        _ => PostError::Unreached,
    }
}

fn parsed(url: &str) -> Result<Uri, PostError> {
    let uri: Uri = url.parse().map_err(|_| PostError::Address)?;
    let known = matches!(uri.scheme_str(), Some("http" | "https"));
    // A name and password in an address would stand in every list of addresses.
    let named = uri
        .authority()
        .is_some_and(|it| !it.as_str().contains('@') && !it.host().is_empty());
    if known && named {
        Ok(uri)
    } else {
        Err(PostError::Address)
    }
}

/// `t=SECONDS,v1=HEX`: HMAC-SHA256 with the subscription's secret over the seconds, a full stop and the body.
pub fn signature(secret: &str, at: i64, body: &str) -> String {
    // A key of any length is one for HMAC.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(format!("{at}.").as_bytes());
    mac.update(body.as_bytes());
    let hex: String = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("t={at},v1={hex}")
}

/// Resolves names to addresses that may be reached.
#[derive(Debug)]
struct Judged {
    networks: Networks,
    inner: DefaultResolver,
}

#[derive(Debug, thiserror::Error)]
#[error("an address of a private network")]
struct Refused;

impl Resolver for Judged {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        // One bad address among good ones is a name that somebody plays with.
        if found
            .iter()
            .all(|address| self.networks.admit(address.ip()))
        {
            Ok(found)
        } else {
            Err(Error::Other(Box::new(Refused)))
        }
    }
}

/// Whether an address is one of the internet, where everybody may be sent.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let reserved = match (a, b, c) {
        // This network, shared by carriers, protocols, documentation, benchmarks, the future.
        (0, ..) | (100, 64..=127, _) | (192, 0, 0 | 2) | (198, 18 | 19, _) => true,
        (192, 88, 99) | (198, 51, 100) | (203, 0, 113) | (240..=255, ..) => true,
        _ => false,
    };
    !(reserved
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_unspecified())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, ..] = address.segments();
    // An IPv4 address in another dress is judged as that.
    let inner = match address.segments() {
        [0, 0, 0, 0, 0, 0xffff | 0, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some((high, low))
        }
        [0x2002, high, low, ..] => Some((high, low)),
        _ => None,
    };
    if let Some((high, low)) = inner {
        return is_public_v4(Ipv4Addr::from_bits(
            (u32::from(high) << 16) | u32::from(low),
        ));
    }
    // Only 2000::/3 is given out; of that, tunnels and documentation are nobody's.
    (a & 0xe000) == 0x2000
        && !(a == 0x2001 && b < 0x200)
        && !(a == 0x2001 && b == 0xdb8)
        && !(a == 0x3fff && b < 0x1000)
        && (a, b, c) != (0x100, 0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_internet_are_public() {
        for (address, public) in [
            ("8.8.8.8", true),
            ("223.5.5.5", true),
            ("172.15.0.1", true),
            ("172.16.0.1", false),
            ("10.1.2.3", false),
            ("192.168.1.1", false),
            ("127.0.0.1", false),
            ("127.8.8.8", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false),
            ("100.128.0.1", true),
            ("0.0.0.0", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("198.18.0.1", false),
            ("192.0.2.1", false),
            ("::1", false),
            ("::", false),
            ("fe80::1", false),
            ("fd00::1", false),
            ("ff02::1", false),
            ("2001:db8::1", false),
            ("2400:3200::1", true),
            ("::ffff:127.0.0.1", false),
            ("::ffff:8.8.8.8", true),
            ("::127.0.0.1", false),
            ("64:ff9b::a00:1", false),
            ("2002:7f00:1::", false),
        ] {
            let parsed: IpAddr = address.parse().unwrap();
            assert_eq!(is_public(parsed), public, "{address}");
            assert!(Networks::Any.admit(parsed));
        }
    }

    #[test]
    fn an_address_is_judged_when_it_is_given_and_when_it_is_reached() {
        let post = Post::new(Networks::Public);
        for (url, why) in [
            ("ftp://example.com/", PostError::Address),
            ("example.com", PostError::Address),
            ("http://me:secret@8.8.8.8/", PostError::Address),
            ("http://127.0.0.1:9/", PostError::Private),
            ("http://[::1]/", PostError::Private),
            ("https://10.0.0.8/hook", PostError::Private),
            ("http://localhost/hook", PostError::Private),
            ("http://169.254.169.254/latest", PostError::Private),
        ] {
            assert_eq!(post.check(url), Err(why.clone()), "{url}");
            assert_eq!(
                post.send(
                    url,
                    "s",
                    ("1", "try"),
                    (Instant::from_micros(0), "{}".into())
                ),
                Err(why),
                "{url}"
            );
        }
        assert_eq!(post.check("https://8.8.8.8/hook"), Ok(()));
    }

    /// What a receiver computes, worked out apart from this program: printf '1700000000.{}' | openssl dgst -sha256 -hmac secret
    #[test]
    fn a_signature_is_what_openssl_makes_of_time_and_body() {
        assert_eq!(
            signature("secret", 1_700_000_000, "{}"),
            "t=1700000000,v1=b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163"
        );
    }
}
