# One image for every Daybook process: `docker run daybook worker`, `... sink`, and so on.
# Small, without a compiler, not root; it writes nothing outside of what is mounted, so its file system may be read-only.
FROM python:3.13.1-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN pip install --no-cache-dir --disable-pip-version-check build==1.2.2 \
 && python -m build --wheel --outdir /dist \
 && python -m venv /opt/daybook \
 && /opt/daybook/bin/pip install --no-cache-dir --disable-pip-version-check "$(ls /dist/*.whl)[worker,sink,gateway,notifier]"

FROM python:3.13.1-slim-bookworm
# A volume that is new takes over who owns the folder that it is mounted on.
RUN groupadd --gid 10001 daybook \
 && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin daybook \
 && install -d -o 10001 -g 10001 -m 700 /var/lib/daybook
COPY --from=build /opt/daybook /opt/daybook
ENV PATH=/opt/daybook/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 XDG_STATE_HOME=/var/lib/daybook
USER 10001:10001
ENTRYPOINT ["daybook"]
CMD ["--help"]
