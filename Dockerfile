# syntax=docker/dockerfile:1
FROM python:3.13-slim-trixie AS build
WORKDIR /app
COPY manage.py requirements.txt ./
COPY .docker/excluded.txt .docker/
# uv itself comes out of the same lock, by hash.
RUN python -c "import manage; print(manage.uv_requirement('requirements.txt'))" > /tmp/uv.txt \
 && pip install --quiet --no-cache-dir --require-hashes --requirement /tmp/uv.txt \
 && python -m venv --without-pip /venv \
 && uv pip install --python /venv/bin/python --no-cache --compile-bytecode \
      --require-hashes --excludes .docker/excluded.txt --requirement requirements.txt
COPY . .
RUN /venv/bin/python -m compileall -q config configurator shop production suppliers \
 # A key for this one step: the image holds none, and a container without SECRET_KEY fails.
 && SECRET_KEY=none CARTWRIGHT_NO_BOOTSTRAP=1 CARTWRIGHT_HOME=/home/cartwright STATIC_MANIFEST=true \
    /venv/bin/python manage.py collectstatic --no-input --verbosity 0

FROM python:3.13-slim-trixie
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin cartwright
COPY --from=build /venv /venv
COPY --from=build /app /app
COPY --from=build /home/cartwright/static /home/cartwright/static
WORKDIR /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    CARTWRIGHT_NO_BOOTSTRAP=1 \
    CARTWRIGHT_HOME=/home/cartwright \
    STATIC_MANIFEST=true \
    # The engine keeps its machine code where a read-only container may write.
    NUMBA_CACHE_DIR=/tmp/numba \
    WEB_CONCURRENCY=2
USER cartwright
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["python", ".docker/healthy.py"]
CMD ["sh", "-c", "exec granian --interface wsgi --host 0.0.0.0 --port 8000 --workers $WEB_CONCURRENCY --blocking-threads 2 --no-ws --respawn-failed-workers config.wsgi:application"]
