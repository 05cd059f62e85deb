//! Reads files that settings name: plain ones of a bounded size. A pipe or a device would be waited for, or have no end.

use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

/// The most bytes of a file with certificates: ten times those that a system trusts.
pub const MAX_CERTIFICATES: usize = 2 * 1024 * 1024;

/// The content of a file of at most `most` bytes.
pub fn read(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let mut content = Vec::new();
    file.take(most as u64 + 1).read_to_end(&mut content)?;
    if content.len() > most {
        return Err(io::Error::other(format!("it is longer than {most} bytes")));
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_a_bounded_size_are_read() {
        let file = std::env::temp_dir().join(format!("vestibule-files-{}", std::process::id()));
        std::fs::write(&file, "12345").unwrap();
        assert_eq!(read(&file, 5).unwrap(), b"12345");
        let why = |path: &Path| read(path, 4).unwrap_err().to_string();
        assert_eq!(why(&file), "it is longer than 4 bytes");
        std::fs::remove_file(&file).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &file,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR,
            0,
        )
        .unwrap();
        assert_eq!(why(&file), "it is not a file");
        std::fs::remove_file(&file).unwrap();
        assert_eq!(why(Path::new("/dev/zero")), "it is not a file");
        assert_eq!(why(Path::new("/")), "it is not a file");
    }
}
