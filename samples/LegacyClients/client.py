"""The three old APIs as their documents say, on Python's standard library: python3 client.py [SERVER [ACCOUNT [PASSWORD]]]"""
import json
import sys
import urllib.error
import urllib.parse
import urllib.request

SERVER, ACCOUNT, PASSWORD = (sys.argv[1:] + ["http://localhost:5000", "hanmeimei@example.com", "correct horse battery"][len(sys.argv) - 1:])[:3]


def call(path, body=None, headers=None):
    """Status and JSON of an answer; a refusal is an answer too."""
    request = urllib.request.Request(SERVER + path, data=body, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as refused:
        return refused.code, None


def post_json(path, fields):
    return call(path, json.dumps(fields).encode(), {"Content-Type": "application/json"})


def post_form(path, fields):
    return call(path, urllib.parse.urlencode(fields).encode())


def show(api, header, token):
    """A later call carries the token as clients of that API do."""
    print(f"{api}: {call('/connect/userinfo', headers={header: token})[1]['sub'] if token else 'refused'}")


# CloudMind: the HTTP status is the result, the body has no envelope.
status, cloudmind = post_json("/usercenter/v1/login/EmailLogin", {"email": ACCOUNT, "passWord": PASSWORD})
show("CloudMind", "Authorization", cloudmind["accessToken"] if status == 200 else None)

# NLECloud: HTTP is always 200, Status 0 is success.
_, nlecloud = post_json("/Users/Login", {"Account": ACCOUNT, "Password": PASSWORD, "IsRememberMe": True})
show("NLECloud", "AccessToken", nlecloud["ResultObj"]["AccessToken"] if nlecloud["Status"] == 0 else None)

# RageFrame: HTTP is always 200, code 200 is success; a refresh token for later.
_, rageframe = post_form("/v1/site/login", {"username": ACCOUNT, "password": PASSWORD, "group": "app"})
if rageframe["code"] == 200:
    _, rageframe = post_form("/v1/site/refresh", {"refresh_token": rageframe["data"]["refresh_token"], "group": "app"})
show("RageFrame", "x-api-key", rageframe["data"]["access_token"] if rageframe["code"] == 200 else None)
