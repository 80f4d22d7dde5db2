//! Puts the built web application into the program: every file of `web/dist`, with its compressed forms.
//!
//! Without a build there, as on a machine without Node, the list is empty and the server shows a page that says so.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    if root.is_dir() {
        collect(&root, &mut files)?;
    }
    files.sort();
    let mut code = String::from("static FILES: &[File] = &[\n");
    for path in &files {
        let name = path.strip_prefix(&root).unwrap_or(path);
        let name = name.to_string_lossy().replace('\\', "/");
        // `.gitignore` and the bundler's own notes are nobody's business.
        let kept = !name.starts_with('.') && name != "manifest.build.json";
        if !kept || [".br", ".gz"].iter().any(|end| name.ends_with(end)) {
            continue;
        }
        let form = |end: &str| {
            let packed = PathBuf::from(format!("{}{end}", path.display()));
            if packed.is_file() {
                format!("Some(include_bytes!({packed:?}))")
            } else {
                "None".to_owned()
            }
        };
        let _ = writeln!(
            code,
            "    File {{ path: {name:?}, plain: include_bytes!({path:?}), brotli: {}, gzip: {} }},",
            form(".br"),
            form(".gz")
        );
    }
    code.push_str("];\n");
    let out = std::env::var_os("OUT_DIR")
        .map(PathBuf::from)
        .unwrap_or_default();
    std::fs::write(out.join("site.rs"), code)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
