// Checks aws-sdk-go-v2 with default settings: every operation, byte for byte.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/s3/manager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

const bucket = "aws-sdk-go-client"
const mib = 1024 * 1024

var ctx = context.Background()
var client *s3.Client

func main() {
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		panic(err)
	}
	client = s3.NewFromConfig(settings, func(options *s3.Options) { options.UsePathStyle = true })
	check("buckets", buckets)
	check("objects", objects)
	check("metadata", metadata)
	check("conditions", conditions)
	check("checksums", checksums)
	check("streams of unknown length", streams)
	check("multipart by parts", multipart)
	check("copies", copies)
	check("listings", listings)
	check("tags", tags)
	check("presigned", presigned)
	check("deletes", deletes)
	finish()
}

func put(key string, data []byte) (*s3.PutObjectOutput, error) {
	return client.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(bucket), Key: &key, Body: bytes.NewReader(data)})
}

func get(key string) ([]byte, error) {
	found, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: &key})
	if err != nil {
		return nil, err
	}
	defer found.Body.Close()
	return io.ReadAll(found.Body)
}

func holds(key string, data []byte) error {
	found, err := get(key)
	return errors.Join(err, sameBytes(found, data))
}

func head(key string) (*s3.HeadObjectOutput, error) {
	return client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String(bucket), Key: &key})
}

func buckets() error {
	_, created := client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(bucket)})
	_, there := client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: aws.String(bucket)})
	_, missing := client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: aws.String("not-there-at-all")})
	all, err := client.ListBuckets(ctx, &s3.ListBucketsInput{})
	if err != nil {
		return err
	}
	listed := slices.ContainsFunc(all.Buckets, func(one types.Bucket) bool { return *one.Name == bucket })
	return errors.Join(created, there, failsWith("NotFound", missing), same("listed", listed, true))
}

func objects() error {
	var problems []error
	for seed, key := range []string{"plain", "deep/er/file", "sp ace/plus+sign/per%20cent", "ünï/😀.txt"} {
		for _, size := range []int{0, 1, 70_000} {
			data := randomBytes(size, int64(seed))
			answer, err := put(key, data)
			problems = append(problems, err, holds(key, data))
			info, err2 := head(key)
			if err != nil || err2 != nil {
				return errors.Join(append(problems, err2)...)
			}
			problems = append(problems, same("size", *info.ContentLength, int64(size)), same("ETag", *info.ETag, *answer.ETag))
		}
	}
	_, missing := get("missing")
	part, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String("plain"), Range: aws.String("bytes=100-149")})
	if err != nil {
		return err
	}
	defer part.Body.Close()
	some, err := io.ReadAll(part.Body)
	problems = append(problems, err, sameBytes(some, randomBytes(70_000, 0)[100:150]), failsWith("NoSuchKey", missing))
	return errors.Join(problems...)
}

func metadata() error {
	_, err := client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: aws.String(bucket), Key: aws.String("meta"), Body: bytes.NewReader([]byte("m")),
		ContentType: aws.String("text/x-test"), CacheControl: aws.String("max-age=5"),
		Metadata: map[string]string{"colour": "blue"},
	})
	info, err2 := head("meta")
	if err != nil || err2 != nil {
		return errors.Join(err, err2)
	}
	return errors.Join(
		same("type", aws.ToString(info.ContentType), "text/x-test"),
		same("cache control", aws.ToString(info.CacheControl), "max-age=5"),
		same("metadata", info.Metadata["colour"], "blue"),
	)
}

func conditions() error {
	input := func() *s3.PutObjectInput {
		return &s3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String("once"), Body: bytes.NewReader([]byte("once"))}
	}
	first := input()
	first.IfNoneMatch = aws.String("*")
	answer, err := client.PutObject(ctx, first)
	if err != nil {
		return err
	}
	second := input()
	second.IfNoneMatch = aws.String("*")
	_, again := client.PutObject(ctx, second)
	third := input()
	third.IfMatch = answer.ETag
	_, matching := client.PutObject(ctx, third)
	_, fresh := client.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String("once"), IfNoneMatch: answer.ETag})
	return errors.Join(failsWith("PreconditionFailed", again), matching, failsWith("NotModified", fresh))
}

func checksums() error {
	var problems []error
	for _, algorithm := range types.ChecksumAlgorithm("").Values() {
		if !slices.Contains([]types.ChecksumAlgorithm{"CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"}, algorithm) {
			continue
		}
		data := randomBytes(10_000, 5)
		key := "checksum/" + string(algorithm)
		_, err := client.PutObject(ctx, &s3.PutObjectInput{
			Bucket: aws.String(bucket), Key: &key, Body: bytes.NewReader(data), ChecksumAlgorithm: algorithm,
		})
		problems = append(problems, err, holds(key, data))
	}
	return errors.Join(problems...)
}

func streams() error {
	data := randomBytes(40*mib, 6)
	// A reader without a length or a way to seek.
	body := io.MultiReader(bytes.NewReader(data[:7*mib]), bytes.NewReader(data[7*mib:]))
	uploader := manager.NewUploader(client)
	_, err := uploader.Upload(ctx, &s3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String("stream"), Body: body})
	if err != nil {
		return err
	}
	buffer := manager.NewWriteAtBuffer(nil)
	_, err = manager.NewDownloader(client).Download(ctx, buffer, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String("stream")})
	return errors.Join(err, sameBytes(buffer.Bytes(), data))
}

func multipart() error {
	key := aws.String("parts")
	upload, err := client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: aws.String(bucket), Key: key})
	if err != nil {
		return err
	}
	data := randomBytes(11*mib, 7)
	var parts []types.CompletedPart
	for number := int32(1); number <= 2; number++ {
		start, end := int(number-1)*6*mib, min(int(number)*6*mib, len(data))
		part, err := client.UploadPart(ctx, &s3.UploadPartInput{
			Bucket: aws.String(bucket), Key: key, UploadId: upload.UploadId, PartNumber: &number, Body: bytes.NewReader(data[start:end]),
		})
		if err != nil {
			return err
		}
		parts = append(parts, types.CompletedPart{PartNumber: aws.Int32(number), ETag: part.ETag, ChecksumCRC32: part.ChecksumCRC32})
	}
	listed, err := client.ListParts(ctx, &s3.ListPartsInput{Bucket: aws.String(bucket), Key: key, UploadId: upload.UploadId})
	if err != nil {
		return err
	}
	_, err = client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: aws.String(bucket), Key: key, UploadId: upload.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	})
	return errors.Join(err, same("parts", len(listed.Parts), 2), holds("parts", data))
}

func copies() error {
	data := []byte("bytes to copy")
	_, err := put("source", data)
	_, copied := client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: aws.String(bucket), Key: aws.String("copy é"), CopySource: aws.String(bucket + "/source")})
	_, replaced := client.CopyObject(ctx, &s3.CopyObjectInput{
		Bucket: aws.String(bucket), Key: aws.String("source"), CopySource: aws.String(bucket + "/source"),
		MetadataDirective: types.MetadataDirectiveReplace, Metadata: map[string]string{"shape": "round"},
	})
	info, headed := head("source")
	if headed != nil {
		return headed
	}
	return errors.Join(err, copied, replaced, holds("copy é", data), holds("source", data), same("metadata", info.Metadata["shape"], "round"))
}

func listings() error {
	var names []string
	for number := range 25 {
		names = append(names, fmt.Sprintf("list/%02d", number))
		if _, err := put(names[number], []byte(names[number])); err != nil {
			return err
		}
	}
	var found []string
	pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{Bucket: aws.String(bucket), Prefix: aws.String("list/"), MaxKeys: aws.Int32(7)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, one := range page.Contents {
			found = append(found, *one.Key)
		}
	}
	level, err := client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String(bucket), Prefix: aws.String("li"), Delimiter: aws.String("/")})
	if err != nil {
		return err
	}
	return errors.Join(same("names", fmt.Sprint(found), fmt.Sprint(names)), same("prefixes", len(level.CommonPrefixes), 1))
}

func tags() error {
	_, err := client.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{
		Bucket: aws.String(bucket), Key: aws.String("source"),
		Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("colour"), Value: aws.String("blue")}}},
	})
	if err != nil {
		return err
	}
	found, err := client.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: aws.String(bucket), Key: aws.String("source")})
	if err != nil {
		return err
	}
	return same("tags", len(found.TagSet), 1)
}

func presigned() error {
	request, err := s3.NewPresignClient(client).PresignGetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String("copy é")})
	if err != nil {
		return err
	}
	answer, err := http.Get(request.URL)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	return errors.Join(err, sameBytes(data, []byte("bytes to copy")))
}

func deletes() error {
	_, full := client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: aws.String(bucket)})
	all, err := client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String(bucket)})
	if err != nil {
		return err
	}
	var objects []types.ObjectIdentifier
	for _, one := range all.Contents {
		objects = append(objects, types.ObjectIdentifier{Key: one.Key})
	}
	answer, err := client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: aws.String(bucket), Delete: &types.Delete{Objects: objects}})
	if err != nil {
		return err
	}
	_, err = client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: aws.String(bucket)})
	return errors.Join(err, failsWith("BucketNotEmpty", full), same("errors", len(answer.Errors), 0), same("deleted", len(answer.Deleted), len(objects)))
}
