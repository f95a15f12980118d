# What differs in a container from deploy/nginx/roundtrip.conf as it is: where the instances
# are (compose.yaml), the ports that a user without rights may listen on, the certificate.
s/127\.0\.0\.1:8001/10.213.80.11:8000/
s/127\.0\.0\.1:8002/10.213.80.12:8000/
s/listen 80;/listen 8080;/
s/listen 443 /listen 8443 /
/listen \[::\]/d
# The only site here, under whatever name; ALLOWED_HOSTS says which names are ours.
s/server_name shop\.example;/server_name _;/
s|/etc/letsencrypt/live/shop\.example/|/secrets/tls/|
