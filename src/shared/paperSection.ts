/** Where the paper has a study, by the section that its definition names; "extra" stands for none. */
export const paperSection = (section: string): string =>
  section === 'extra' ? 'not in the paper' : `paper ${section}`
