//! How large the files are that travel: as they are, and as they are sent.

use super::files;
use crate::failure::{Because as _, Result};
use crate::say;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::Write as _;
use std::path::Path;

/// Bytes of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) name: String,
    pub(crate) raw: usize,
    pub(crate) gzip: usize,
    pub(crate) brotli: usize,
}

pub(super) fn of_folder(folder: &Path, prefix: &str) -> Result<Vec<Size>> {
    let sized = |file: std::path::PathBuf| {
        let path = folder.join(&file);
        let content = fs::read(&path).because(|| format!("{} can't be read", path.display()))?;
        measure(format!("{prefix}{}", file.display()), &content)
    };
    files::list(folder)?.into_iter().map(sized).collect()
}

/// gzip at level 9, brotli at 11: what a server that compresses ahead of time sends.
pub(crate) fn measure(name: String, content: &[u8]) -> Result<Size> {
    let failed = || format!("{name} can't be compressed");
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(content).because(failed)?;
    let gzip = gzip.finish().because(failed)?.len();
    let mut packed = Vec::new();
    // A megabyte and more at level 11 takes seconds, and nobody sends the edge's module to a browser.
    let quality = if content.len() > 1 << 18 { 9 } else { 11 };
    let mut brotli = brotli::CompressorWriter::new(&mut packed, 1 << 16, quality, 22);
    brotli.write_all(content).because(failed)?;
    drop(brotli);
    Ok(Size { name, raw: content.len(), gzip, brotli: packed.len() })
}

pub(super) fn print(sizes: &[Size]) {
    say::line(format!("  {:<36} {:>9} {:>9} {:>9}", "bytes", "raw", "gzip -9", "brotli"));
    for Size { name, raw, gzip, brotli } in sizes {
        say::line(format!("  {name:<36} {raw:>9} {gzip:>9} {brotli:>9}"));
    }
}

#[cfg(test)]
mod tests {
    use super::measure;

    #[test]
    fn what_repeats_gets_small() {
        let size = measure("a".into(), &b"honeyguide ".repeat(100)).unwrap();
        assert_eq!(size.raw, 1100);
        assert!(size.gzip < 60 && size.brotli < 60, "{size:?}");
    }
}
