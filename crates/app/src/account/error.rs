//! Why somebody was not let in, or an account not changed.

use domain::name::Text;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountError {
    /// Login or password is wrong, or there is no such account: nobody is told which.
    Wrong,
    /// Too many failures from here; seconds to wait.
    Wait(i64),
    /// The password is right; the one-time code is missing.
    CodeNeeded,
    /// An invitation or one-time code that is wrong, used or has run out.
    CodeWrong,
    /// One-time codes of another device are asked for already.
    SecondFactorOn,
    /// Nobody is signed in.
    Nobody,
    Weak,
    /// The password was given by another and must be changed first.
    MustChange,
    LoginTaken,
    /// There is an administrator already.
    SetUp,
    /// The pack has no post that may set up others.
    NoPost,
    Scopes(String),
    /// Nothing carries codes to customers here.
    NoSender,
    /// No provider is settled here.
    NoOpenId,
    /// What the browser came back with was not begun in it, or too long ago.
    OpenIdState,
    /// What the provider says proves nothing; why, for the log.
    OpenIdRefused(String),
    /// The provider names somebody who may not come in here.
    OpenIdUnknown,
    /// The provider does not answer; why, for the log.
    OpenIdUnavailable(String),
    Busy,
}

impl AccountError {
    /// Stable, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Wrong => "sign-in-wrong",
            Self::Wait(_) => "sign-in-wait",
            Self::CodeNeeded => "sign-in-code-needed",
            Self::CodeWrong => "code-wrong",
            Self::SecondFactorOn => "second-factor-on",
            Self::Nobody => "sign-in-needed",
            Self::Weak => "password-weak",
            Self::MustChange => "password-must-change",
            Self::LoginTaken => "login-taken",
            Self::SetUp => "set-up-done",
            Self::NoPost => "set-up-no-post",
            Self::Scopes(_) => "token-scopes",
            Self::NoSender => "sender-missing",
            Self::NoOpenId => "openid-missing",
            Self::OpenIdState => "openid-state",
            Self::OpenIdRefused(_) => "openid-refused",
            Self::OpenIdUnknown => "openid-unknown",
            Self::OpenIdUnavailable(_) => "openid-unavailable",
            Self::Busy => "sign-in-busy",
        }
    }

    pub fn text(&self) -> Text {
        match self {
            Self::Wrong => Text::both(
                "登录名或密码不对；请重新输入，忘记密码请由管理员重设。",
                "The login or the password is wrong; try again, or have an administrator reset it.",
            ),
            Self::Wait(seconds) => Text::both(
                format!("此处失败次数过多，请 {seconds} 秒后再试；在您用过的设备上可以直接登录。"),
                format!(
                    "Too many failures from here; wait {seconds} seconds, or use a device of yours."
                ),
            ),
            Self::CodeNeeded => Text::both(
                "请输入动态验证码。",
                "Enter the one-time code of your device.",
            ),
            Self::CodeWrong => Text::both(
                "验证码不对、已用过或已过期；请重新获取。",
                "The code is wrong, was used, or has run out; ask for a new one.",
            ),
            Self::SecondFactorOn => Text::both(
                "已启用动态验证码；要换设备，请先凭密码停用。",
                "One-time codes are on; to change the device, switch them off with your password first.",
            ),
            Self::Nobody => Text::both("请先登录。", "Sign in first."),
            Self::Weak => Text::both(
                "密码须有 10 至 200 个字符，不含登录名，不是同一个字符；请换一个。",
                "A password has 10 to 200 characters, not all alike, and does not hold the login; take another.",
            ),
            Self::MustChange => Text::both(
                "密码由他人设定，请先修改。",
                "The password was set by another; change it first.",
            ),
            Self::LoginTaken => Text::both(
                "该登录名已有账号；请换一个。",
                "That login has an account; take another.",
            ),
            Self::SetUp => Text::both(
                "管理员已经设立；请登录。",
                "There is an administrator already; sign in.",
            ),
            Self::NoPost => Text::both(
                "规则包没有可管理账号与规则包的岗位；请在 posts.yaml 的 may 中补充 run: [accounts, packs]。",
                "The pack has no post with `run: [accounts, packs]`; add it in posts.yaml.",
            ),
            Self::Scopes(why) => Text::both(
                format!("令牌范围不对：{why}；写 see、do:KIND、run:exports 等。"),
                format!("{why}."),
            ),
            Self::NoSender => Text::both(
                "本系统没有配置验证码发送，请用邀请码登录，或请管理员以 --sender 配置。",
                "This server sends no codes; sign in by an invitation, or have it started with --sender.",
            ),
            Self::NoOpenId => Text::both(
                "本系统没有配置统一登录；请用登录名和密码登录。",
                "This server has no single sign-on; use login and password.",
            ),
            Self::OpenIdState => Text::both(
                "这次统一登录不是在此浏览器开始的，或已超过 10 分钟；请重新开始。",
                "This sign-in was not begun in this browser, or more than 10 minutes ago; begin again.",
            ),
            Self::OpenIdRefused(_) => Text::both(
                "统一登录没有成功；请重新开始，仍不行请告诉管理员。",
                "The provider did not confirm the sign-in; begin again, and tell an administrator if it happens again.",
            ),
            Self::OpenIdUnknown => Text::both(
                "您在本系统没有可用的账号；请管理员开通。",
                "You have no account here that may come in; ask an administrator.",
            ),
            Self::OpenIdUnavailable(_) => Text::both(
                "统一登录暂时无法使用；请稍后再试，或用密码登录。",
                "The provider does not answer; try again in a moment, or use your password.",
            ),
            Self::Busy => Text::both(
                "登录的人太多，请稍后再试。",
                "Too many are signing in; try again in a moment.",
            ),
        }
    }
}
