/** Key of the condition of ordinary images. */
export const ordinaryKey = 'ordinary'
