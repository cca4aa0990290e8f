/**
 * Where the small picture for lists is: beside the poster. An address that is signed, as a closed video's, is good for the
 * poster alone and stays.
 */
export const thumbnailOf = (posterUrl: string) => posterUrl.replace(/\/poster\.jpg$/, '/thumbnail.jpg');

export const posterOf = (thumbnailUrl: string) => thumbnailUrl.replace(/\/thumbnail\.jpg$/, '/poster.jpg');
