//! A zip file that holds one module, from which Python imports it. Knows no more of zip files than that
//! (PKWARE's APPNOTE, sections 4.3.7, 4.3.12 and 4.3.16): one file, not compressed.

/// An archive of one file.
pub(super) fn archive(name: &str, content: &[u8]) -> Vec<u8> {
    let common = header(name, content);
    let mut bytes = Vec::new();
    bytes.extend(b"PK\x03\x04");
    bytes.extend(&common);
    bytes.extend(name.as_bytes());
    bytes.extend(content);
    let directory = bytes.len();
    // Made by version 2.0 of the format on MS-DOS, which has no rights to keep.
    bytes.extend(b"PK\x01\x02\x14\x00");
    bytes.extend(&common);
    // No comment, first disk, no attributes, and the file's place at the start.
    bytes.extend([0; 14]);
    bytes.extend(name.as_bytes());
    let length = bytes.len() - directory;
    bytes.extend(b"PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00");
    bytes.extend((length as u32).to_le_bytes());
    bytes.extend((directory as u32).to_le_bytes());
    bytes.extend([0; 2]);
    bytes
}

/// What a file's own header and its entry in the directory have in common.
fn header(name: &str, content: &[u8]) -> Vec<u8> {
    // Needs version 2.0, no flags, stored; time and date are midnight of the first day there is, 1980-01-01.
    let mut bytes = vec![0x14, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
    bytes.extend(crc32(content).to_le_bytes());
    let length = (content.len() as u32).to_le_bytes();
    bytes.extend(length.into_iter().chain(length));
    bytes.extend((name.len() as u16).to_le_bytes());
    bytes.extend([0; 2]);
    bytes
}

/// The check sum of zip files (ISO 3309), a bit at a time: there are few bytes.
fn crc32(content: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 };
    !content.iter().fold(!0, |sum, &byte| (0..8).fold(sum ^ u32::from(byte), step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_sum_is_that_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }
}
