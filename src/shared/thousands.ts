const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** A whole number with separators of thousands: 1234567 is "1,234,567". */
export const thousands = (value: number): string => whole.format(value)
