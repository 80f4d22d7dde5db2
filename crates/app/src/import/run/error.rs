//! Why an import did not begin, or not end.

use super::NAMES_MAX;
use crate::error::Error;
use crate::import::source::SourceError;
use domain::name::Text;
use domain::pack::Fault;

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Files that cannot be read, or lack columns.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Source(Vec<SourceError>),
    #[error("{} faults in the map", .0.len())]
    Map(Vec<Fault>),
    /// More distinct names than an organisation has.
    #[error("more than {NAMES_MAX} distinct {what}")]
    TooManyNames { what: &'static str },
    #[error("the report cannot be written: {0}")]
    Report(std::io::Error),
    #[error(transparent)]
    App(#[from] Error),
}

impl From<SourceError> for ImportError {
    fn from(error: SourceError) -> Self {
        Self::Source(vec![error])
    }
}
impl From<store::Error> for ImportError {
    fn from(error: store::Error) -> Self {
        Self::App(error.into())
    }
}

impl From<ImportError> for Error {
    fn from(error: ImportError) -> Self {
        let (code, reason) = (error.code(), error.reason());
        match error {
            ImportError::App(error) => error,
            ImportError::Map(faults) => Self::Import {
                code,
                reason,
                faults,
            },
            _ => Self::Import {
                code,
                reason,
                faults: Vec::new(),
            },
        }
    }
}

impl ImportError {
    /// Stable; scripts may rely on it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Source(faults) => faults.first().map_or("file-unreadable", SourceError::code),
            Self::Map(_) => "map-faults",
            Self::TooManyNames { .. } => "too-many-names",
            Self::Report(_) => "report-unwritable",
            Self::App(error) => error.code(),
        }
    }
    /// What is wrong and what to do about it.
    pub fn reason(&self) -> Text {
        let both = |of: fn(&Text) -> &String, texts: Vec<Text>| {
            texts.iter().map(of).cloned().collect::<Vec<_>>().join("\n")
        };
        match self {
            Self::Source(faults) => {
                let texts: Vec<Text> = faults.iter().map(SourceError::reason).collect();
                Text {
                    zh: both(|text| &text.zh, texts.clone()),
                    en: both(|text| &text.en, texts),
                }
            }
            Self::TooManyNames { what } => Text {
                zh: format!(
                    "不同的 {what} 超过 {NAMES_MAX} 个，映射可能选错了列；没有导入任何内容"
                ),
                en: format!(
                    "more than {NAMES_MAX} distinct {what}: the map may name the wrong column; nothing was imported"
                ),
            },
            Self::Map(faults) => Text {
                zh: format!("映射有 {} 处错误；没有导入任何内容", faults.len()),
                en: format!("{} faults in the map; nothing was imported", faults.len()),
            },
            Self::Report(cause) => Text {
                zh: format!("报告无法写入：{cause}；已导入的保留，再次运行即可续完"),
                en: format!(
                    "the report cannot be written: {cause}; what was imported stays, and running again completes it"
                ),
            },
            Self::App(error) => Text {
                zh: error.to_string(),
                en: error.to_string(),
            },
        }
    }
}
