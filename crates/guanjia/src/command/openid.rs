//! Options of `guanjia serve` for an OpenID Connect provider. The secret is in a file or the environment: a command line is read by everybody.

use app::Error;
use app::account::openid::{self, Newcomer, Provider, Settings};
use std::path::PathBuf;
use std::sync::Arc;

/// Where the secret is if no file is named.
const SECRET: &str = "GUANJIA_OPENID_SECRET";

#[derive(Debug, clap::Args)]
pub(crate) struct OpenId {
    /// 统一登录（OpenID Connect）的发行方地址；其配置从 /.well-known/openid-configuration 读取 (issuer of the OpenID Connect provider)
    #[arg(
        long = "openid-issuer",
        value_name = "URL",
        requires_all = ["client", "here"]
    )]
    issuer: Option<String>,
    /// 本系统在发行方登记的 client_id (this server's client id there)
    #[arg(long = "openid-client", value_name = "ID", requires = "issuer")]
    client: Option<String>,
    /// client_secret 所在的文件；也可放在环境变量 GUANJIA_OPENID_SECRET (file with the client's secret; else the environment has it)
    #[arg(long = "openid-secret-file", value_name = "FILE", requires = "issuer")]
    secret: Option<PathBuf>,
    /// 浏览器访问本系统的地址，如 https://guanjia.example.com；在发行方登记 <地址>/api/openid/return (where browsers reach this server)
    #[arg(long = "openid-here", value_name = "URL", requires = "issuer")]
    here: Option<String>,
    /// 用哪一项找登录名：已验证的邮箱、sub 或 preferred_username (which claim names the login)
    #[arg(long = "openid-claim", value_enum, default_value = "email")]
    claim: Claim,
    /// 登录按钮上的名称 (what the button says)
    #[arg(long = "openid-name", value_name = "TEXT", requires = "issuer")]
    name: Option<String>,
    /// 为发行方认识而本系统没有的人登记员工：组织单元代码:岗位；不填则不登记 (register unknown members here: UNIT:POST; never without it)
    #[arg(
        long = "openid-newcomers",
        value_name = "UNIT:POST",
        requires = "issuer"
    )]
    newcomers: Option<String>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Claim {
    /// 邮箱，须已验证 (the e-mail address, verified)
    Email,
    /// sub (the subject)
    Subject,
    /// preferred_username (the name there)
    Username,
}

impl OpenId {
    /// The provider that the options name, if they name one.
    ///
    /// # Errors
    /// A file that cannot be read; an address that is none.
    pub(crate) fn provider(self) -> Result<Option<Arc<Provider>>, Error> {
        let Some(((issuer, client), here)) = self.issuer.zip(self.client).zip(self.here) else {
            return Ok(None);
        };
        let secret = match &self.secret {
            Some(file) => Some(std::fs::read_to_string(file).map_err(|source| Error::File {
                path: file.display().to_string(),
                source,
            })?),
            None => std::env::var(SECRET).ok(),
        };
        let secret = secret
            .map(|secret| secret.trim().to_owned())
            .filter(|secret| !secret.is_empty());
        let newcomer = self.newcomers.as_deref().map(newcomer).transpose()?;
        let settings = Settings {
            issuer,
            client,
            secret,
            here,
            claim: match self.claim {
                Claim::Email => openid::Claim::Email,
                Claim::Subject => openid::Claim::Subject,
                Claim::Username => openid::Claim::Username,
            },
            name: self.name,
            newcomer,
        };
        let provider = Provider::new(settings).map_err(|why| {
            Error::Usage(format!(
                "统一登录的地址须为 https://（本机可用 http://）：{why} (an address of the provider or of this server is not over TLS)"
            ))
        })?;
        Ok(Some(Arc::new(provider)))
    }
}

fn newcomer(text: &str) -> Result<Newcomer, Error> {
    match text.split_once(':') {
        Some((unit, post)) if !unit.is_empty() && !post.is_empty() => Ok(Newcomer {
            unit: unit.to_owned(),
            post: post.into(),
        }),
        _ => Err(Error::Usage(format!(
            "“{text}”应为 组织单元代码:岗位，如 WT:front-desk (UNIT:POST, such as WT:front-desk)"
        ))),
    }
}
