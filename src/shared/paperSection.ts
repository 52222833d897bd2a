/** Says where the paper describes a study, by the section that its definition names; "extra" means nowhere. */
export const paperSection = (section: string): string =>
  section === 'extra' ? 'not in the paper' : `paper ${section}`
