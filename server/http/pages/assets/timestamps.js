import { createTones, setTone } from './records.js';

const toneOf = createTones();
for (const element of document.querySelectorAll('[data-instance]')) setTone(element, toneOf(element.dataset.instance));
