import { createTones } from './tones.js';

const toneOf = createTones();
for (const element of document.querySelectorAll('[data-instance]'))
  element.classList.add(toneOf(element.dataset.instance));
