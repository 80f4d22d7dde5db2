//! Images: proved to be one, without their metadata, with what the camera said kept beside.
//!
//! The picture itself is not encoded again, so it stays what the camera made. Only how it is to be turned stays in it.

use crate::error::Error;
use domain::time::{Day, Instant, Zone};
use exif::{Exif, In, Tag, Value};
use image::metadata::Orientation;
use image::{DynamicImage, ImageFormat, ImageReader, Limits};
use img_parts::jpeg::{Jpeg, markers};
use img_parts::png::Png;
use img_parts::webp::WebP;
use img_parts::{Bytes, ImageEXIF};
use std::io::Cursor;
use std::sync::{Mutex, PoisonError};

/// The longer side of a thumbnail.
const THUMBNAIL: u32 = 320;
/// The longest side of an image.
const SIDE: u32 = 12_000;
/// Pixels of an image: 50 million.
const PIXELS: u64 = 50_000_000;
/// Memory that decoding one may take: 256 MiB.
const MEMORY: u64 = 256 << 20;

/// One image at a time is decoded, whatever comes in, so that the memory for it is needed once.
static DECODING: Mutex<()> = Mutex::new(());

/// An image without its metadata.
pub(super) struct Picture {
    pub(super) bytes: Vec<u8>,
    pub(super) thumbnail: Vec<u8>,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) evidence: Evidence,
}

/// What the camera said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Evidence {
    pub(super) taken_at: Option<Instant>,
    pub(super) zone_assumed: bool,
    pub(super) place: Option<(i64, i64)>,
}

/// Decodes an image within bounds, takes its metadata out and makes a thumbnail.
pub(super) fn clean(media: &str, bytes: Vec<u8>, zone: &Zone) -> Result<Picture, Error> {
    let format = match media {
        "image/png" => ImageFormat::Png,
        "image/webp" => ImageFormat::WebP,
        _ => ImageFormat::Jpeg,
    };
    let one = DECODING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut decoded = decoded(format, &bytes)?;
    let (width, height) = (decoded.width(), decoded.height());
    let (bytes, raw) = stripped(format, Bytes::from(bytes))?;
    let read = raw.and_then(|raw| exif::Reader::new().read_raw(raw.to_vec()).ok());
    if let Some(turned) = read.as_ref().and_then(orientation) {
        decoded.apply_orientation(turned);
    }
    let small = decoded.thumbnail(THUMBNAIL, THUMBNAIL).to_rgb8();
    drop(decoded);
    drop(one);
    let mut thumbnail = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut thumbnail, 80)
        .encode_image(&small)
        .map_err(|_| broken())?;
    Ok(Picture {
        bytes,
        thumbnail,
        width,
        height,
        evidence: read
            .as_ref()
            .map(|exif| evidence(exif, zone))
            .unwrap_or_default(),
    })
}

fn broken() -> Error {
    Error::asked(
        "image-broken",
        "body",
        "这个文件不是完整的图片；请重新拍摄或导出。",
        "The file is no whole image; take or export it again.",
    )
}

fn decoded(format: ImageFormat, bytes: &[u8]) -> Result<DynamicImage, Error> {
    let too_large = || {
        Error::asked(
            "image-too-large",
            "body",
            "图片像素过多（上限 5000 万像素，边长 12000）；请缩小后再传。",
            "The image has too many pixels (50 million at most, 12,000 a side); make it smaller.",
        )
    };
    let reader = || ImageReader::with_format(Cursor::new(bytes), format);
    let (width, height) = reader().into_dimensions().map_err(|_| broken())?;
    if width > SIDE || height > SIDE || u64::from(width) * u64::from(height) > PIXELS {
        return Err(too_large());
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(MEMORY);
    let mut reader = reader();
    reader.limits(limits);
    reader.decode().map_err(|error| match error {
        image::ImageError::Limits(_) => too_large(),
        _ => broken(),
    })
}

/// The image without anything but the picture, its colours and how it is to be turned; and its EXIF as it was.
fn stripped(format: ImageFormat, bytes: Bytes) -> Result<(Vec<u8>, Option<Bytes>), Error> {
    let turned = |raw: &Option<Bytes>| {
        let exif = exif::Reader::new().read_raw(raw.as_ref()?.to_vec()).ok()?;
        let turned = exif.get_field(Tag::Orientation, In::PRIMARY)?;
        let turned = u8::try_from(turned.value.get_uint(0)?).ok()?;
        (2..=8).contains(&turned).then(|| Bytes::from(only(turned)))
    };
    match format {
        ImageFormat::Png => {
            let mut png = Png::from_bytes(bytes).map_err(|_| broken())?;
            let raw = png.exif();
            png.chunks_mut().retain(|chunk| {
                matches!(
                    &chunk.kind(),
                    b"IHDR"
                        | b"PLTE"
                        | b"IDAT"
                        | b"IEND"
                        | b"tRNS"
                        | b"gAMA"
                        | b"cHRM"
                        | b"sRGB"
                        | b"iCCP"
                        | b"sBIT"
                        | b"pHYs"
                )
            });
            if let Some(turned) = turned(&raw) {
                png.set_exif(Some(turned));
            }
            Ok((png.encoder().bytes().to_vec(), raw))
        }
        ImageFormat::WebP => {
            let mut webp = WebP::from_bytes(bytes).map_err(|_| broken())?;
            let raw = webp.exif();
            webp.remove_chunks_by_id(*b"XMP ");
            webp.set_exif(turned(&raw));
            Ok((webp.encoder().bytes().to_vec(), raw))
        }
        _ => {
            let mut jpeg = Jpeg::from_bytes(bytes).map_err(|_| broken())?;
            let raw = jpeg.exif();
            jpeg.segments_mut().retain(|segment| {
                let marker = segment.marker();
                let is_meta =
                    (markers::APP0..=markers::APP15).contains(&marker) || marker == markers::COM;
                // The colours are in APP2, and in Adobe's APP14 how they are coded.
                !is_meta
                    || matches!(marker, markers::APP0 | markers::APP14)
                    || (marker == markers::APP2 && segment.contents().starts_with(b"ICC_PROFILE"))
            });
            if let Some(turned) = turned(&raw) {
                jpeg.set_exif(Some(turned));
            }
            Ok((jpeg.encoder().bytes().to_vec(), raw))
        }
    }
}

/// EXIF that says how to turn the picture, and nothing else.
fn only(turned: u8) -> Vec<u8> {
    let mut raw = b"II*\0\x08\0\0\0\x01\0".to_vec();
    // Tag 0x0112, type SHORT, one value; then no further directory.
    raw.extend_from_slice(&[0x12, 0x01, 3, 0, 1, 0, 0, 0, turned, 0, 0, 0]);
    raw.extend_from_slice(&[0, 0, 0, 0]);
    raw
}

fn orientation(exif: &Exif) -> Option<Orientation> {
    let field = exif.get_field(Tag::Orientation, In::PRIMARY)?;
    Orientation::from_exif(u8::try_from(field.value.get_uint(0)?).ok()?)
}

fn evidence(exif: &Exif, zone: &Zone) -> Evidence {
    let text = |tag| match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(lines) => Some(String::from_utf8_lossy(lines.first()?).into_owned()),
        _ => None,
    };
    let offset = text(Tag::OffsetTimeOriginal);
    let taken = text(Tag::DateTimeOriginal)
        .or_else(|| text(Tag::DateTime))
        .and_then(|taken| instant(taken.trim(), offset.as_deref(), zone));
    let degrees = |tag, sign_tag, negative: &str| {
        let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else {
            return None;
        };
        let mut micro: i64 = 0;
        for (part, per) in parts.iter().zip([1_i64, 60, 3600]) {
            if part.denom == 0 {
                return None;
            }
            micro += i64::from(part.num) * 1_000_000 / (i64::from(part.denom) * per);
        }
        let south = text(sign_tag).is_some_and(|sign| sign.starts_with(negative));
        (micro <= 180_000_000).then_some(if south { -micro } else { micro })
    };
    let place = degrees(Tag::GPSLatitude, Tag::GPSLatitudeRef, "S").zip(degrees(
        Tag::GPSLongitude,
        Tag::GPSLongitudeRef,
        "W",
    ));
    Evidence {
        taken_at: taken.map(|(at, _)| at),
        zone_assumed: taken.is_some_and(|(_, assumed)| assumed),
        place,
    }
}

/// `2026:03:02 09:12:33`, with its offset or in the unit's zone.
fn instant(taken: &str, offset: Option<&str>, zone: &Zone) -> Option<(Instant, bool)> {
    let (day, time) = taken.split_once(' ')?;
    let day = day.replace(':', "-");
    if let Some(offset) = offset
        && let Ok(at) = format!("{day}T{time}{}", offset.trim()).parse()
    {
        return Some((at, false));
    }
    let day: Day = day.parse().ok()?;
    let mut parts = time.split(':').map(|part| part.parse::<u16>().ok());
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let at = zone.at_minute(day, hour * 60 + minute);
    Some((at.plus_micros(i64::from(second) * 1_000_000), true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cameras_time_is_read_with_its_offset_or_in_the_units_zone() {
        let zone = Zone::shanghai();
        let nine: Instant = "2026-03-02T09:12:33+08:00".parse().unwrap();
        assert_eq!(
            instant("2026:03:02 09:12:33", Some("+08:00"), &zone),
            Some((nine, false))
        );
        assert_eq!(
            instant("2026:03:02 09:12:33", None, &zone),
            Some((nine, true))
        );
        for wrong in [
            "",
            "2026:13:02 09:12:33",
            "2026:03:02 25:00:00",
            "0000:00:00 00:00:00",
        ] {
            assert_eq!(instant(wrong, None, &zone), None, "{wrong}");
        }
    }
}
