// What makes the pages nicer where script runs; every page works without it.
(() => {
    'use strict';

    // A password can be looked at before it is sent.
    for (const button of document.querySelectorAll('button[data-shows]')) {
        const input = document.getElementById(button.dataset.shows);
        const show = (visible) => {
            input.type = visible ? 'text' : 'password';
            button.setAttribute('aria-pressed', String(visible));
        };
        button.hidden = false;
        button.addEventListener('click', () => {
            show(input.type === 'password');
            input.focus();
        });
        // What is remembered as a password must be one when it is sent.
        input.form?.addEventListener('submit', () => show(false));
    }

    // Sent once: a second click, or Enter twice, waits for the answer of the first. Given up after a while, for an answer can be lost.
    for (const form of document.querySelectorAll('form[method=post]')) {
        let sentAt = 0;
        form.addEventListener('submit', (event) => {
            if (Date.now() - sentAt < 10000) {
                event.preventDefault();
                return;
            }

            sentAt = Date.now();
            form.classList.add('sent');
        });
        // Back from the history, the page may be the one that was left.
        addEventListener('pageshow', () => {
            sentAt = 0;
            form.classList.remove('sent');
        });
    }

    // Something that may be asked for again after a while, and says how long that is: data-wait is seconds, data-waiting a text with {0}.
    for (const button of document.querySelectorAll('button[data-wait]')) {
        const text = button.textContent;
        const until = Date.now() + 1000 * Number(button.dataset.wait);
        const tick = () => {
            const left = Math.ceil((until - Date.now()) / 1000);
            button.disabled = left > 0;
            button.textContent = left > 0 ? button.dataset.waiting.replace('{0}', String(left)) : text;
            if (left > 0) {
                setTimeout(tick, 1000);
            }
        };
        tick();
    }

    // Times come in UTC and are shown in the reader's own zone.
    for (const time of document.querySelectorAll('time[datetime]')) {
        const instant = new Date(time.dateTime);
        if (!Number.isNaN(instant.getTime())) {
            const options = time.dataset.day === undefined ? { dateStyle: 'long', timeStyle: 'short' } : { dateStyle: 'long' };
            time.textContent = new Intl.DateTimeFormat(document.documentElement.lang, options).format(instant);
        }
    }
})();
