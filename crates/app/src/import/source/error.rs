use domain::name::Text;
use std::io;

/// Why a file cannot be read at all, or not further.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("{file}: {source}")]
    Unreadable {
        file: String,
        line: Option<u64>,
        source: io::Error,
    },
    #[error("{file} is a directory")]
    Directory { file: String },
    #[error("{file} is empty")]
    Empty { file: String },
    #[error("{file} is an old workbook")]
    OldWorkbook { file: String },
    #[error("{file} is not text")]
    Binary { file: String },
    #[error("{file}:{line}: the header cannot be read")]
    Header {
        file: String,
        line: u64,
        reason: Text,
    },
    #[error("{file}:{line}: column {position} has no name")]
    HeaderBlank {
        file: String,
        line: u64,
        position: usize,
    },
    #[error("{file}:{line}: two columns named {name}")]
    HeaderTwice {
        file: String,
        line: u64,
        name: String,
        first: usize,
        second: usize,
    },
    #[error("{file} lacks columns")]
    ColumnsMissing {
        file: String,
        missing: Vec<String>,
        has: Vec<String>,
    },
    #[error("{file} has no sheet {sheet}")]
    SheetMissing {
        file: String,
        sheet: String,
        has: Vec<String>,
    },
    #[error("{file}: the workbook is too large")]
    WorkbookTooLarge { file: String, limit_mib: u64 },
    #[error("{file}: {cause}")]
    Workbook { file: String, cause: String },
    /// The scratch file in the temporary directory.
    #[error("scratch file: {0}")]
    Scratch(io::Error),
}

impl SourceError {
    /// Stable; scripts may rely on it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "file-unreadable",
            Self::Directory { .. } => "file-directory",
            Self::Empty { .. } => "file-empty",
            Self::OldWorkbook { .. } => "workbook-old",
            Self::Binary { .. } => "file-binary",
            Self::Header { .. } => "header-unreadable",
            Self::HeaderBlank { .. } => "header-blank",
            Self::HeaderTwice { .. } => "header-twice",
            Self::ColumnsMissing { .. } => "column-missing",
            Self::SheetMissing { .. } => "sheet-missing",
            Self::WorkbookTooLarge { .. } => "workbook-too-large",
            Self::Workbook { .. } => "workbook-unreadable",
            Self::Scratch(_) => "scratch-unwritable",
        }
    }

    /// What is wrong and what to do about it.
    pub fn reason(&self) -> Text {
        let (zh, en) = match self {
            Self::Unreadable {
                file,
                line: None,
                source,
            } => (
                format!("无法读取 {file}：{source}"),
                format!("{file} cannot be read: {source}"),
            ),
            Self::Unreadable {
                file,
                line: Some(line),
                source,
            } => (
                format!("{file} 从第 {line} 行起无法读取：{source}；文件可能不完整，请重新取得"),
                format!(
                    "{file} cannot be read from line {line} on: {source}; it may be cut short, fetch it again"
                ),
            ),
            Self::Directory { file } => (
                format!("{file} 是目录，请给出文件"),
                format!("{file} is a directory; name files"),
            ),
            Self::Empty { file } => (
                format!("{file} 是空文件，没有表头"),
                format!("{file} is empty: it has no header"),
            ),
            Self::OldWorkbook { file } => (
                format!("{file} 是旧版 .xls 工作簿，请另存为 .xlsx 或 CSV"),
                format!("{file} is an old .xls workbook; save it as .xlsx or CSV"),
            ),
            Self::Binary { file } => (
                format!(
                    "{file} 不是文本（含空字节，可能是没有 BOM 的 UTF-16），请另存为 UTF-8 的 CSV"
                ),
                format!(
                    "{file} is not text (it holds NUL bytes; perhaps UTF-16 without a byte order mark); save it as CSV in UTF-8"
                ),
            ),
            Self::Header { file, line, reason } => (
                format!("{file} 第 {line} 行的表头无法读取：{}", reason.zh),
                format!(
                    "{file}, line {line}: the header cannot be read: {}",
                    reason.en
                ),
            ),
            Self::HeaderBlank {
                file,
                line,
                position,
            } => (
                format!("{file} 第 {line} 行：第 {position} 列没有列名，请补上或删去该列"),
                format!("{file}, line {line}: column {position} has no name; name it or remove it"),
            ),
            Self::HeaderTwice {
                file,
                line,
                name,
                first,
                second,
            } => (
                format!(
                    "{file} 第 {line} 行：列名“{name}”出现两次（第 {first}、{second} 列），请改名"
                ),
                format!(
                    "{file}, line {line}: two columns are named {name:?} (columns {first} and {second}); rename one"
                ),
            ),
            Self::ColumnsMissing { file, missing, has } => (
                format!(
                    "{file} 缺少映射用到的列：{}；文件的列是：{}",
                    missing.join("、"),
                    has.join("、")
                ),
                format!(
                    "{file} lacks columns that the map uses: {}; it has: {}",
                    missing.join(", "),
                    has.join(", ")
                ),
            ),
            Self::SheetMissing { file, sheet, has } => (
                format!("{file} 没有工作表“{sheet}”；有：{}", has.join("、")),
                format!("{file} has no sheet {sheet:?}; it has: {}", has.join(", ")),
            ),
            Self::WorkbookTooLarge { file, limit_mib } => (
                format!(
                    "{file} 展开后超过 {limit_mib} MiB；工作簿要整体展开，请另存为 CSV（CSV 不限大小）"
                ),
                format!(
                    "{file} unpacks to more than {limit_mib} MiB, and a workbook has to be unpacked; save it as CSV, which may be of any size"
                ),
            ),
            Self::Workbook { file, cause } => (
                format!("{file} 不是可读的 .xlsx 工作簿：{cause}"),
                format!("{file} is not a readable .xlsx workbook: {cause}"),
            ),
            Self::Scratch(cause) => (
                format!("无法写入临时文件：{cause}；请检查临时目录的空间"),
                format!(
                    "the scratch file cannot be written: {cause}; check the space of the temporary directory"
                ),
            ),
        };
        Text { zh, en }
    }
}
