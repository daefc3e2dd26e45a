# hexad's image. `docker build .` gives the runtime image; `docker build --target overlay .` gives an image
# of hexad's files alone, which any other image takes with COPY --from: the programs are static. The target symlinks
# has every name in /usr/bin too.

FROM debian:bookworm-slim AS build
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
	gcc libc6-dev make libuv1-dev libinih-dev libjansson-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN make -j"$(nproc)" CFLAGS=-O2 \
 && strip build/hexad build/svctl build/hexad-shim \
 && make CFLAGS=-O2 DESTDIR=/out install \
 && make CFLAGS=-O2 DESTDIR=/out-symlinks SYMLINKS=1 install

FROM scratch AS overlay
COPY --from=build /out/ /

FROM scratch AS symlinks
COPY --from=build /out-symlinks/ /

FROM debian:bookworm-slim
RUN groupadd --gid 10000 app \
 && useradd --uid 10000 --gid app --create-home --home-dir /opt/data --shell /bin/sh app
COPY --from=overlay / /
ENV PATH=/command:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENTRYPOINT ["/init"]
