/** How many tones the style sheet has: `.tone-0` and so on. */
const TONES = 8;

const hash = (text) => [...text].reduce((sum, character) => (sum * 31 + character.codePointAt(0)) % 65_521, 7);

/**
 * Gives each instance a tone: by its name, so that it is the same after a reload, but one that is still free if there
 * is one, so that two instances look alike only when there are more of them than tones.
 */
export const createTones = () => {
  const given = new Map();
  return (instance) => {
    let tone = given.get(instance);
    if (tone === undefined) {
      tone = hash(instance) % TONES;
      const taken = new Set(given.values());
      while (taken.size < TONES && taken.has(tone)) tone = (tone + 1) % TONES;
      given.set(instance, tone);
    }
    return `tone-${tone}`;
  };
};
