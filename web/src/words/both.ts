/** Texts that are kept with what they are about, so that they can be read in either language later. */
export const PHOTO_GONE = {
  code: 'file-gone',
  zh: '照片不在本机了，请重拍。',
  en: 'The photo is no longer on this device; take it again.',
}
