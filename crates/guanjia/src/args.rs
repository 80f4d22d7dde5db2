//! What the command line takes.

use crate::command::appeal::Appeal;
use crate::command::openid::OpenId;
use crate::command::organisation::Organisation;
use crate::command::revision::Revision;
use crate::command::sample::Sample;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Parser)]
#[command(
    name = "guanjia",
    version,
    about = "管家：物业服务记录、应办与考核 (records, duties and scores for property services)",
    after_help = "示例 (examples):\n  guanjia init --data ./data --pack residential-cn --demo\n  guanjia verify --data ./data --json\n  guanjia score --data ./data --standard scorecard-100 --period 2026-03 --member wt-steward-1\n  guanjia pack check ./packs/residential-cn"
)]
pub(crate) struct Args {
    /// 以 JSON 输出，供程序读取 (print JSON, for programs)
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where the database is.
#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct Where {
    /// 数据文件夹，内有 SQLite 数据库 (the data folder, with its SQLite database)
    #[arg(long, value_name = "DIR", required_unless_present = "database")]
    pub(crate) data: Option<PathBuf>,
    /// PostgreSQL 数据库地址，代替 --data (a PostgreSQL database in place of --data)
    #[arg(long, value_name = "URL", conflicts_with = "data")]
    pub(crate) database: Option<String>,
    /// 附件的文件夹，默认为数据文件夹 (the folder of attachments; the data folder if not said)
    #[arg(long = "files", value_name = "DIR")]
    pub(crate) beside: Option<PathBuf>,
    /// 密钥库文件夹，与数据分开保存和备份；不填则为数据文件夹旁的 DIR.keys，或环境变量 GUANJIA_KEYS (the key store of private values, kept and backed up apart from the data)
    #[arg(long, value_name = "DIR")]
    pub(crate) keys: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// 建立数据库并启用规则包 (create a database and activate a pack)
    Init {
        #[command(flatten)]
        at: Where,
        /// 自带规则包的名称，或规则包文件夹 (a pack that ships, or a folder)
        #[arg(long, default_value = "residential-cn")]
        pack: String,
        /// 公司名称 (the company's name)
        #[arg(long, default_value = "公司")]
        company: String,
        /// 公司代码，是编号的一部分 (the company's code, part of numbers)
        #[arg(long, default_value = "CO")]
        code: String,
        /// 时区 (time zone)；不填则用规则包的
        #[arg(long)]
        zone: Option<String>,
        /// 装入示范数据 (play the demo that ships with the pack)
        #[arg(long)]
        demo: bool,
    },
    /// 造一家公司并演出数月，用于演示、压力与回归 (make up a company and play months of its work)
    #[command(
        after_help = "示例 (example):\n  guanjia simulate --data ./data --projects 3 --months 6 --seed 1\n同样的参数造出同样的数据库 (the same arguments make the same database)"
    )]
    Simulate {
        #[command(flatten)]
        at: Where,
        /// 自带规则包的名称，或有 simulation.yaml 的文件夹 (a pack that ships, or a folder with simulation.yaml)
        #[arg(long, default_value = "residential-cn")]
        pack: String,
        /// 项目数 (projects)
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=500))]
        projects: u16,
        /// 月数，含最后一个未满的月 (months, the last one as far as it goes)
        #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u16).range(1..=120))]
        months: u16,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// 到这一时刻为止；不填为现在 (up to this instant; now if none)
        #[arg(long, value_name = "TIME")]
        until: Option<String>,
        /// 给每人一个账号，同一个密码，并打印 (an account for everybody, with one password, which is printed)
        #[arg(long)]
        accounts: bool,
    },
    /// 从 CSV（可压缩）或 XLSX 导入历史 (import history)
    Import {
        #[command(flatten)]
        at: Where,
        /// 映射文件：各列如何成为记录、关联与步骤 (how columns become records, links and steps)
        #[arg(long, value_name = "MAP")]
        map: PathBuf,
        /// 只检查并预览，不写入 (check and show, write nothing)
        #[arg(long)]
        dry_run: bool,
        /// 新项目、班组与员工登记在这个单元下；只有一个公司时可省略 (where new projects, teams and members belong)
        #[arg(long, value_name = "CODE")]
        unit: Option<String>,
        /// 退回行的报告；不填则放在数据文件夹的 imports 下 (the report of refused rows)
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
        /// 撤销这些文件的导入 (undo the import of these files)
        #[arg(long, conflicts_with = "dry_run")]
        undo: bool,
        /// 撤销时连同导入后有人办理过的记录 (undo also records that somebody has worked on since)
        #[arg(long, requires = "undo")]
        worked_on: bool,
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// 导出记录、流水或应办，一行一条 (export records, entries or duties, one row each)
    Export {
        what: What,
        #[command(flatten)]
        at: Where,
        /// 只导出这种单据 (only this kind)
        #[arg(long)]
        kind: Option<String>,
        #[arg(long, default_value = "csv")]
        format: Format,
        /// 写入文件，代替标准输出 (to a file)
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// 以这一时刻看待未办的应办 (judge what is to do as of this instant)
        #[arg(long, value_name = "TIME")]
        as_of: Option<String>,
    },
    /// 重放全部流水，核对散列、记录、应办与累计 (replay everything and compare)
    Verify {
        #[command(flatten)]
        at: Where,
        #[arg(long, value_name = "TIME")]
        as_of: Option<String>,
    },
    /// 考核表：逐条得分与依据 (scorecards: points by clause, and the evidence)
    #[command(
        after_help = "示例 (examples):\n  guanjia score --data ./data --standard scorecard-100 --period 2026-03 --unit WT\n  guanjia score --data ./data --standard scorecard-100 --period 2026-03 --member wt-steward-1 --json"
    )]
    Score {
        #[command(flatten)]
        at: Where,
        #[arg(long, value_name = "NAME")]
        standard: String,
        /// 考核期，如 2026-03、2026-Q1 (the period)
        #[arg(long, value_name = "PERIOD")]
        period: String,
        /// 组织单元代码；不填为全公司 (a unit's code; the company if none)
        #[arg(long, value_name = "CODE")]
        unit: Option<String>,
        /// 一名员工（登录名）或一个班组（代码）(one member by login, or one team by code)
        #[arg(long, value_name = "NAME")]
        member: Option<String>,
        /// 以这一时刻计；不填为现在 (as of this instant; now if none)
        #[arg(long, value_name = "TIME")]
        as_of: Option<String>,
        /// 列出每条的依据；指明一人时总是列出 (with the evidence; always for one member)
        #[arg(long)]
        explain: bool,
    },
    /// 整个组织：单位、员工、任职、排班等，从工作簿导入与写出 (the whole organisation, from a workbook and into one)
    #[command(subcommand)]
    Organisation(Organisation),
    /// 员工账号 (accounts of members)
    #[command(subcommand)]
    Member(Member),
    /// 供程序使用的令牌 (tokens for programs)
    #[command(subcommand)]
    Token(Token),
    /// 封存一个考核期：考核表、所用参数与流水根从此不变 (seal a period)
    #[command(
        after_help = "示例 (examples):\n  guanjia seal --data ./data --standard scorecard-100 --period 2026-03 --unit WT"
    )]
    Seal {
        #[command(flatten)]
        at: Where,
        #[arg(long, value_name = "NAME")]
        standard: String,
        /// 考核期，如 2026-03、2026-Q1 (the period)
        #[arg(long, value_name = "PERIOD")]
        period: String,
        /// 组织单元代码；不填为全公司 (a unit's code; the company if none)
        #[arg(long, value_name = "CODE")]
        unit: Option<String>,
        /// 有设备尚存未上传的记录，最多推迟到期末后七日 (a device is known to hold unsent entries)
        #[arg(long)]
        device_holds_entries: bool,
    },
    /// 修订已封存的考核表 (revise a sealed card)
    #[command(subcommand)]
    Revision(Revision),
    /// 申诉 (appeals)
    #[command(subcommand)]
    Appeal(Appeal),
    /// 抽样 (samples for spot checks)
    #[command(subcommand)]
    Sample(Sample),
    /// 把单据转到另一组织单元 (move a record to another unit)
    #[command(
        after_help = "示例 (example):\n  guanjia transfer --data ./data --unit WT --to YS --reason 属另一项目 WX-WT-20260304-0001"
    )]
    Transfer {
        #[command(flatten)]
        at: Where,
        /// 单据所在的组织单元 (the unit in which it stands)
        #[arg(long, value_name = "CODE")]
        unit: String,
        /// 转往 (where it goes on)
        #[arg(long, value_name = "CODE")]
        to: String,
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// 经办人的登录名；不填为本机操作员 (who does it; the operator of the machine if not said)
        #[arg(long = "as", value_name = "LOGIN")]
        acting: Option<String>,
        /// 单据编号 (the record's number)
        record: String,
    },
    /// 规则包 (packs)
    #[command(subcommand)]
    Pack(Pack),
    /// 法定工作日历 (the calendar of working days)
    Calendar {
        #[arg(long, value_name = "DATE")]
        from: String,
        #[arg(long, value_name = "DATE")]
        to: String,
        #[arg(long, default_value = "csv")]
        format: Format,
        /// 日历所在的规则包 (the pack whose calendar it is)
        #[arg(long, default_value = "residential-cn")]
        pack: String,
    },
    /// 什么时候到期，为什么：逐行读入 JSON (when is it due, and why: JSON lines in)
    ///
    /// 每行 (each line): {"start": "2026-03-02T14:00:00+08:00", "within": "3 workdays", "calendar": "business", "pauses": [["…", "…"]]}
    Due {
        /// 时区 (time zone)
        #[arg(long, default_value = "Asia/Shanghai")]
        zone: String,
        #[arg(long, default_value = "residential-cn")]
        pack: String,
    },
    /// 办理系统该办的步骤：到时转移、周期应办、人员变动的移交；serve 每分钟自动做 (take the steps that the system owes)
    Sweep {
        #[command(flatten)]
        at: Where,
        /// 同时删除已满保存期的敏感信息 (also erase private values that are past keeping)
        #[arg(long)]
        erase: bool,
    },
    /// 个人信息：导出、删除 (what is kept of a person: export it, erase it)
    #[command(subcommand)]
    Person(Person),
    /// 密钥库：建立、备份、恢复、更换 (the key store: make, copy, bring back, rotate)
    #[command(subcommand)]
    Keys(KeysCommand),
    /// 启动服务 (serve over HTTP)
    ///
    /// 提醒也发邮件 (reminders by mail too): GUANJIA_SMTP=smtps://user:password@host GUANJIA_MAIL_FROM="管家 <duty@example.com>"；
    /// 或交给公司自己的程序 (or to a program of the company's): GUANJIA_REMINDER_URL, GUANJIA_REMINDER_SECRET
    Serve {
        #[command(flatten)]
        at: Where,
        /// 监听地址 (the address to listen on)
        #[arg(long, default_value = "127.0.0.1:8420", value_name = "HOST:PORT")]
        listen: std::net::SocketAddr,
        /// 证书链（PEM），与 --tls-key 一起启用 TLS (certificate chain, PEM; with --tls-key the server speaks TLS)
        #[arg(long, value_name = "FILE", requires = "tls_key")]
        tls_cert: Option<PathBuf>,
        /// 私钥（PEM） (private key, PEM)
        #[arg(long, value_name = "FILE", requires = "tls_cert")]
        tls_key: Option<PathBuf>,
        /// 前面有做 TLS 并写 X-Forwarded-For 的代理：Cookie 只走 HTTPS (a proxy before it speaks TLS and writes X-Forwarded-For)
        #[arg(long, conflicts_with = "tls_cert")]
        behind_proxy: bool,
        /// 发送验证码的程序：每条消息启动一次，从标准输入读 JSON (a program that carries one-time codes; it reads each as JSON)
        #[arg(long, value_name = "PROGRAM")]
        sender: Option<PathBuf>,
        /// 允许通知内网的程序（webhook） (programs in local networks may be told what happens, by webhooks)
        #[arg(long)]
        local_webhooks: bool,
        #[command(flatten)]
        openid: OpenId,
        #[command(flatten)]
        pace: Pace,
        /// 日志写到标准错误 (the log, on standard error)
        #[arg(long, value_enum, default_value = "warnings")]
        log: Log,
    },
    /// 检查数据库与本机 (look at the database and the machine)
    Doctor {
        #[command(flatten)]
        at: Where,
    },
    /// 生成命令补全脚本 (shell completion)
    Completions { shell: clap_complete::Shell },
}

/// How the servers on one database share what they do by themselves.
#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct Pace {
    /// 每隔几秒巡办一次 (seconds between two rounds)
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    pub(crate) rounds_every: u32,
    /// 巡办的服务器中断几秒后由另一台接手，须长于 --rounds-every (seconds until another server takes the rounds over from one that died)
    #[arg(long, value_name = "SECONDS", default_value_t = 180, value_parser = clap::value_parser!(u32).range(2..=86_400))]
    pub(crate) rounds_lease: u32,
    /// 已领取的消息、通知在服务器中断几秒后由另一台再送；一次发送最多 30 秒，短于此可能重送
    /// (seconds until another server sends what one that died had claimed; one sending takes 30 at most, with less some may go out twice)
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub(crate) work_lease: u32,
}

/// What the server says on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Log {
    /// 只记警告与错误 (warnings and errors)
    Warnings,
    /// 每个请求一行 (one line a request)
    Requests,
    /// 每个请求一行 JSON (one line of JSON a request)
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Member {
    /// 登记员工、任命岗位并开通账号，显示初始密码 (register, post and give an account; shows the first password)
    #[command(
        after_help = "示例 (example):\n  guanjia member add zhang.wei --data ./data --name 张伟 --post front-desk --unit WT"
    )]
    Add {
        #[command(flatten)]
        at: Where,
        login: String,
        /// 姓名；不填则用登录名 (name; the login if none)
        #[arg(long)]
        name: Option<String>,
        /// 岗位，见规则包 posts.yaml (a post of the pack)
        #[arg(long)]
        post: String,
        /// 组织单元代码；不填为公司 (a unit's code; the company if none)
        #[arg(long, value_name = "CODE")]
        unit: Option<String>,
        #[arg(long)]
        grid: Option<String>,
        /// 班组代码 (a team's code)
        #[arg(long)]
        team: Option<String>,
    },
    /// 重设密码，结束全部会话与令牌，取消双因素 (a new password; sessions, tokens and the second factor end)
    Password {
        #[command(flatten)]
        at: Where,
        login: String,
    },
    /// 停用账号 (let an account in no more)
    Disable {
        #[command(flatten)]
        at: Where,
        login: String,
        /// 重新启用 (let it in again)
        #[arg(long)]
        undo: bool,
    },
    /// 谁何时登录、改密、以其名义操作 (who signed in, changed a password, or acted in the name of it, and when)
    Log {
        #[command(flatten)]
        at: Where,
        login: String,
        /// 最多多少行，最近的在前 (at most so many, the latest first)
        #[arg(long, default_value_t = 50, value_name = "N")]
        limit: u32,
    },
    /// 列出账号 (list accounts)
    List {
        #[command(flatten)]
        at: Where,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// 以某员工的名义为程序开一个令牌 (make a token for a program of a member's)
    #[command(
        after_help = "范围 (scopes): see, see:KIND, do, do:KIND, do:KIND/STEP, run:exports …\n示例 (example):\n  guanjia token add wt-desk --data ./data --name 呼叫中心 --scopes \"see do:visit\" --days 90"
    )]
    Add {
        #[command(flatten)]
        at: Where,
        login: String,
        #[arg(long)]
        name: String,
        #[arg(long)]
        scopes: String,
        /// 有效天数，最多 366 (days, 366 at most)
        #[arg(long, default_value_t = 90)]
        days: u16,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Pack {
    /// 检查规则包，列出全部错误 (check a pack, every fault at once)
    Check {
        /// 文件夹，或自带规则包的名称 (a folder, or a pack that ships)
        pack: String,
        /// 同时核对数据库中的记录能否读取 (also whether it reads what a database holds)
        #[arg(long, value_name = "DIR")]
        against: Option<PathBuf>,
        /// 同上，PostgreSQL 数据库地址 (the same, of a PostgreSQL database)
        #[arg(long, value_name = "URL", conflicts_with = "against")]
        database: Option<String>,
        /// 提示语言 (language of the messages)
        #[arg(long, default_value = "zh")]
        lang: Lang,
    },
    /// 演一遍规则包的情景，核对结果 (play the pack's scenarios and compare what comes of them)
    Test {
        /// 规则包的文件夹 (the pack's folder)
        pack: String,
        /// 只演这一组，或这一个情景 (only this group, or this scenario: GROUP/NAME)
        #[arg(long, value_name = "GROUP")]
        only: Option<String>,
    },
    /// 核对规则包覆盖了要求清单的哪些，逐项抽掉以求证实 (what of a list of requirements the pack covers, and the proof of it)
    Coverage {
        /// 规则包的文件夹 (the pack's folder)
        pack: String,
        /// 要求清单 (the list of requirements)
        #[arg(long, value_name = "FILE", default_value = "docs/requirements.yaml")]
        requirements: PathBuf,
        /// 把规则包中所述各项逐一抽掉，看情景是否因此失败；结果记在 coverage/*.proven
        /// (take out what the account names, one thing at a time, and see a scenario fail for it)
        #[arg(long)]
        mutate: bool,
        /// 只证实这一组或这一条 (prove this group, or this requirement, only)
        #[arg(long, value_name = "GROUP", requires = "mutate")]
        only: Option<String>,
        /// 写成一页文档 (write the page)
        #[arg(long, value_name = "FILE")]
        page: Option<PathBuf>,
    },
    /// 考核标准一览：每条的依据、计分、谁评 (every clause of every standard: evidence, way, who marks)
    Standards {
        pack: String,
        /// 写成一页文档，代替标准输出 (write the page to a file)
        #[arg(long, value_name = "FILE")]
        page: Option<PathBuf>,
    },
    /// 用文字显示规则包的内容 (say what is in a pack, in words)
    Show {
        pack: String,
        /// 只看这一部分，如 kinds/repair (only this part)
        path: Option<String>,
        #[arg(long, default_value = "zh")]
        lang: Lang,
    },
    /// 两个规则包的差别 (what another pack changes)
    Diff {
        old: String,
        new: String,
        #[arg(long, default_value = "zh")]
        lang: Lang,
    },
    /// 启用规则包的新版本 (make a pack the active one)
    Activate {
        pack: String,
        #[command(flatten)]
        at: Where,
    },
}

/// Whom a command is about.
#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct Who {
    /// 登记此人的记录编号，或能唯一找到此人的电话、姓名 (the id of whoever's record, or a number or name that leads to one person only)
    #[arg(value_name = "PERSON")]
    pub(crate) person: String,
    /// 此人所在的组织单元 (the unit that registers the person)
    #[arg(long, value_name = "CODE")]
    pub(crate) unit: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Person {
    /// 导出与此人有关的全部记录，明文 (everything kept of a person, readable)
    Export {
        #[command(flatten)]
        at: Where,
        #[command(flatten)]
        who: Who,
        #[arg(long, default_value = "json")]
        format: Format,
        /// 写入文件，代替标准输出 (to a file)
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// 申请依法删除；另一人同意后才执行 (ask that somebody be erased; nothing is, until a second one consents)
    Erase {
        #[command(flatten)]
        at: Where,
        #[command(flatten)]
        who: Who,
        /// 依据：purpose-over、service-ended、consent-withdrawn、unlawful、law (the lawful ground)
        #[arg(long, value_name = "WORD")]
        basis: String,
        /// 谁请求、如何请求 (who asked, and how)
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        by: By,
    },
    /// 待同意的删除申请 (requests to erase that wait for a second one)
    Erasures {
        #[command(flatten)]
        at: Where,
        #[arg(long, value_name = "CODE")]
        unit: String,
    },
    /// 同意他人的删除申请并执行：销毁密钥，任何副本都不再可读；流水链不变
    /// (consent to another's request and erase: the keys are destroyed, no copy is readable; the journal stays whole)
    Consent {
        #[command(flatten)]
        at: Where,
        #[arg(long, value_name = "CODE")]
        unit: String,
        /// 申请编号 (id of the request)
        request: String,
        #[command(flatten)]
        by: By,
        /// 不再询问 (do not ask)
        #[arg(long)]
        yes: bool,
    },
    /// 不同意删除申请，或撤回自己的申请 (refuse a request, or take one's own back)
    Refuse {
        #[command(flatten)]
        at: Where,
        #[arg(long, value_name = "CODE")]
        unit: String,
        /// 申请编号 (id of the request)
        request: String,
        #[command(flatten)]
        by: By,
    },
}

/// Who acts at the machine.
#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct By {
    /// 操作员姓名；不填为本机用户名 (the operator's name; of the machine's user if not said)
    #[arg(long, value_name = "NAME")]
    pub(crate) operator: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// 建立密钥库，并与数据库绑定 (make a key store for a database)
    Init {
        #[command(flatten)]
        at: Where,
    },
    /// 更换主密钥；--persons 为每个人另发新密钥 (put all keys under a new master; give every person another key)
    Rotate {
        #[command(flatten)]
        at: Where,
        /// 为每个人另发新密钥，主密钥不变 (another key for every person, the master stays)
        #[arg(long)]
        persons: bool,
    },
    /// 备份密钥库，不含主密钥 (copy the wrapped keys, without the master)
    Backup {
        #[command(flatten)]
        at: Where,
        #[arg(value_name = "FILE")]
        to: PathBuf,
    },
    /// 恢复密钥库的备份；已删除的不会回来 (bring a copy back; what was erased stays erased)
    Restore {
        #[command(flatten)]
        at: Where,
        #[arg(value_name = "FILE")]
        from: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum What {
    Records,
    Entries,
    Duties,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Csv,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    Zh,
    En,
}
