"""Creates a container in a local Azure Blob Storage.

    azure_container.py ENDPOINT ACCOUNT KEY CONTAINER

Signed according to https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key.
"""

import base64
import hashlib
import hmac
import sys
import urllib.request
from email.utils import formatdate

endpoint, account, key, container = sys.argv[1:]
headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2021-12-02"}
canonical = "".join(f"{name}:{value}\n" for name, value in sorted(headers.items()))
# The account is in the path of the emulator's URLs, and therefore twice in the resource.
resource = f"/{account}/{account}/{container}\nrestype:container"
text = "PUT" + 12 * "\n" + canonical + resource
digest = hmac.new(base64.b64decode(key), text.encode(), hashlib.sha256).digest()
headers["Authorization"] = f"SharedKey {account}:{base64.b64encode(digest).decode()}"
headers["Content-Length"] = "0"
url = f"{endpoint}/{container}?restype=container"
with urllib.request.urlopen(urllib.request.Request(url, method="PUT", headers=headers)) as answer:
    print(answer.status)
