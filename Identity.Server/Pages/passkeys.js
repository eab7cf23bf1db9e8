// Passkeys (WebAuthn Level 3). A form with data-passkey is shown only where this script runs and the browser knows them; it is sent
// with what the browser answered. data-passkey is "get" or "create", data-options the options in their JSON form.
(() => {
    'use strict';

    if (!window.PublicKeyCredential || !navigator.credentials) {
        return;
    }

    // By hand, because not every browser that has passkeys has parseRequestOptionsFromJSON and toJSON.
    const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    const text = (buffer) => buffer && btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    const listed = (credentials) => (credentials ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

    const optionsOf = (form) => {
        const options = JSON.parse(form.dataset.options);
        options.challenge = bytes(options.challenge);
        if (form.dataset.passkey === 'create') {
            options.user.id = bytes(options.user.id);
            options.excludeCredentials = listed(options.excludeCredentials);
        } else {
            options.allowCredentials = listed(options.allowCredentials);
        }

        return options;
    };

    const written = (credential) => JSON.stringify({
        id: credential.id,
        rawId: text(credential.rawId),
        type: credential.type,
        authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
        clientExtensionResults: {},
        response: credential.response.attestationObject
            ? {
                clientDataJSON: text(credential.response.clientDataJSON),
                attestationObject: text(credential.response.attestationObject),
                transports: credential.response.getTransports?.() ?? [],
            }
            : {
                clientDataJSON: text(credential.response.clientDataJSON),
                authenticatorData: text(credential.response.authenticatorData),
                signature: text(credential.response.signature),
                userHandle: text(credential.response.userHandle) || undefined,
            },
    });

    // What the browser offers in the field of the name; it stands back for the button.
    let offered = null;

    const send = (form, credential) => {
        form.elements.credential.value = written(credential);
        const remember = document.querySelector('input[type=checkbox][name=remember]');
        if (form.elements.remember && remember) {
            form.elements.remember.value = String(remember.checked);
        }

        form.requestSubmit();
    };

    const offer = async (form) => {
        if (form.dataset.autofill !== 'true' || !await PublicKeyCredential.isConditionalMediationAvailable?.()) {
            return;
        }

        const own = new AbortController();
        offered = own;
        try {
            send(form, await navigator.credentials.get({ publicKey: optionsOf(form), mediation: 'conditional', signal: own.signal }));
        } catch {
            // Nobody took it.
        }
    };

    for (const form of document.querySelectorAll('form[data-passkey]')) {
        const problem = form.querySelector('[data-refused]');
        let asking = false;
        // Before everybody else: nothing is sent yet.
        form.addEventListener('submit', async (event) => {
            if (form.elements.credential.value) {
                return;
            }

            event.preventDefault();
            event.stopImmediatePropagation();
            if (asking) {
                return;
            }

            asking = true;
            problem.hidden = true;
            offered?.abort();
            try {
                const publicKey = optionsOf(form);
                send(form, form.dataset.passkey === 'create' ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey }));
            } catch (failure) {
                problem.textContent = failure?.name === 'InvalidStateError' ? problem.dataset.known : problem.dataset.refused;
                problem.hidden = false;
                void offer(form);
            } finally {
                asking = false;
            }
        }, { capture: true });
        // Back from the history, what was sent is used.
        addEventListener('pageshow', () => {
            form.elements.credential.value = '';
        });
        form.classList.add('ready');
        void offer(form);
    }
})();
