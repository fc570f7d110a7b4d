//! The one layer of an image: the program, and a folder for what it keeps.

use std::io::{self, Write as _};

use flate2::{Compression, GzBuilder};
use tar::{EntryType, Header};

use super::blob::{Blob, digest};

/// The path of the program in its image. The exec form of an entry point knows no variables, so all have the same.
pub(super) const PROGRAM: &str = "/program";
/// Folder that a program may write to, relative to the root.
const DATA: &str = "data/";
/// User and group of the program: nobody that any system has given a name.
pub(super) const USER: u32 = 65532;

/// A layer, packed.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) packed: Blob,
    /// The digest of the unpacked layer.
    pub(super) diff_id: String,
    /// Size of the unpacked layer, in bytes.
    pub(super) unpacked: u64,
}

impl Layer {
    const MEDIA_TYPE: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

    /// Packs a program. All files have the same time, in seconds since 1970, and gzip notes none.
    pub(super) fn pack(program: &[u8], time: u64) -> io::Result<Self> {
        let mut archive = tar::Builder::new(Vec::new());
        archive.append(&header(DATA, EntryType::Directory, USER, 0, time)?, io::empty())?;
        let size = program.len() as u64;
        archive
            .append(&header(PROGRAM.trim_start_matches('/'), EntryType::Regular, 0, size, time)?, program)?;
        let archive = archive.into_inner()?;
        // The header names no operating system, as it would differ from one to the next.
        let mut gzip = GzBuilder::new().operating_system(UNKNOWN).write(Vec::new(), Compression::best());
        gzip.write_all(&archive)?;
        Ok(Self {
            packed: Blob::new(Self::MEDIA_TYPE, gzip.finish()?),
            diff_id: digest(&archive),
            unpacked: archive.len() as u64,
        })
    }
}

/// Source: RFC 1952, section 2.3.1.
const UNKNOWN: u8 = 255;

fn header(path: &str, kind: EntryType, owner: u32, size: u64, time: u64) -> io::Result<Header> {
    let mut header = Header::new_ustar();
    header.set_path(path)?;
    header.set_entry_type(kind);
    header.set_mode(0o755);
    header.set_uid(owner.into());
    header.set_gid(owner.into());
    header.set_size(size);
    header.set_mtime(time);
    header.set_cksum();
    Ok(header)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn unpacked(layer: &Layer) -> Vec<u8> {
        let mut archive = Vec::new();
        flate2::read::GzDecoder::new(layer.packed.bytes.as_slice()).read_to_end(&mut archive).unwrap();
        archive
    }

    #[test]
    fn holds_the_program_and_a_folder_of_its_user_and_nothing_else() {
        let archive = unpacked(&Layer::pack(b"program", 7).unwrap());
        let mut archive = tar::Archive::new(archive.as_slice());
        let files: Vec<_> = archive
            .entries()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let header = entry.header();
                let path = entry.path().unwrap().display().to_string();
                (path, header.uid().unwrap(), header.mode().unwrap(), header.mtime().unwrap())
            })
            .collect();
        assert_eq!(files, [("data/".to_owned(), 65532, 0o755, 7), ("program".to_owned(), 0, 0o755, 7)]);
    }

    #[test]
    fn the_same_program_is_packed_to_the_same_bytes() {
        let (one, other) = (Layer::pack(b"program", 7).unwrap(), Layer::pack(b"program", 7).unwrap());
        assert_eq!(one.packed, other.packed);
        assert_ne!(one.packed, Layer::pack(b"program", 8).unwrap().packed);
    }

    #[test]
    fn the_digest_of_the_content_is_that_of_the_archive() {
        let layer = Layer::pack(b"program", 7).unwrap();
        let archive = unpacked(&layer);
        assert_eq!(layer.diff_id, digest(&archive));
        assert_eq!(layer.unpacked, archive.len() as u64);
    }
}
